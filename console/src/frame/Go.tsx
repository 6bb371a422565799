import Button, { type ButtonProps } from '@cloudscape-design/components/button';
import Link, { type LinkProps } from '@cloudscape-design/components/link';
import { to, useFollow } from './follow';

/** A link to a page of the console. */
export function Go({ path, ...rest }: { path: string } & Omit<LinkProps, 'href' | 'onFollow'>) {
  const follow = useFollow();
  return <Link {...rest} href={to(path)} onFollow={follow} />;
}

/** A button that leads to a page of the console. */
export function GoButton({ path, ...rest }: { path: string } & Omit<ButtonProps, 'href' | 'onFollow'>) {
  const follow = useFollow();
  return <Button {...rest} href={to(path)} onFollow={follow} />;
}
