import { useNavigate, useParams } from '@tanstack/react-router';

interface Followed {
  preventDefault: () => void;
  detail: { href?: string; external?: boolean };
}

/** The address of a page of the console. */
export const to = (path: string) => `/console${path}`;

/** Goes to a page of the console: `go('/connectors')`. */
export function useGo() {
  const navigate = useNavigate();
  return (path: string, options: { evenUnsaved?: boolean } = {}) =>
    navigate({ href: path, ignoreBlocker: options.evenUnsaved });
}

/** Lets Cloudscape's links go through the router: `<Link href={to('/connectors')} onFollow={follow}>`. */
export function useFollow() {
  const go = useGo();
  return (event: Followed) => {
    const { href, external } = event.detail;
    if (!href?.startsWith('/console') || external) return;
    event.preventDefault();
    void go(href.slice('/console'.length) || '/');
  };
}

/** A part of the page's address: the `id` of `/connectors/$id`. */
export function useParam(name: 'id' | 'slug'): string | undefined {
  const params: Partial<Record<string, string>> = useParams({ strict: false });
  return params[name];
}
