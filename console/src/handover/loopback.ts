import type { Body } from '../api/contract';

/** What a command line sends along when it opens the browser. */
export type Ask = Body<'post', '/auth/authorize'>;

/** Reads the request of a command line; nothing unless it leads back to this very machine. */
export function askOf(search: string): Ask | undefined {
  const given = new URLSearchParams(search);
  const redirect_uri = given.get('redirect_uri') ?? '';
  const code_challenge = given.get('code_challenge') ?? '';
  const method = given.get('code_challenge_method') ?? 'S256';
  if (!isLoopback(redirect_uri) || method !== 'S256' || !/^[\w-]{43}$/.test(code_challenge)) return undefined;
  return { redirect_uri, code_challenge, state: given.get('state') ?? '', client: given.get('client') ?? 'unknown' };
}

/** Whether an address is plain HTTP on this machine's own loopback, with a port. */
export function isLoopback(text: string): boolean {
  try {
    const url = new URL(text);
    const hosts = ['127.0.0.1', '[::1]', 'localhost'];
    return (
      url.protocol === 'http:' && hosts.includes(url.hostname) && url.port !== '' && !url.username && !url.password
    );
  } catch {
    return false;
  }
}
