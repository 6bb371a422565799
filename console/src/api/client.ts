import type { Address, Answer, Arguments, Method } from './contract';
import type { FieldProblem, ProblemBody } from './types';

/** A refusal in the server's own words (RFC 9457), or what the network did instead of answering. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly fix?: string;
  readonly fields: FieldProblem[];
  readonly requestId?: string;
  /** The newer representation, when somebody else saved first. */
  readonly current?: unknown;
  readonly retryAfter?: number;

  constructor(status: number, body: Partial<ProblemBody>, retryAfter?: number) {
    super(body.detail ?? body.title ?? `the server answered with status ${status}`);
    this.status = status;
    this.code = body.code ?? 'unknown';
    this.title = body.title ?? 'Something went wrong';
    this.fix = body.fix;
    this.fields = body.fields ?? [];
    this.requestId = body.request_id;
    this.current = body.current;
    this.retryAfter = retryAfter;
  }

  /** What is wrong with a field, for the line under it. */
  of(field: string): string | undefined {
    const found = this.fields.find((one) => one.name === field);
    return found && [found.detail, found.fix].filter(Boolean).join(' ');
  }
}

/** Anything thrown, as a problem that a screen can show. */
export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  return new Problem(0, { title: 'The console failed', code: 'console', detail: String(thrown) });
}

// The token against forged requests lives in memory alone: it is worth nothing without the cookie, and dies with the page.
let csrf: string | undefined;

export function rememberCsrf(token: string | undefined) {
  if (token) csrf = token;
}

// A call as it goes out. What it may be given is known where it is made.
interface Loose {
  path?: Record<string, string>;
  query?: Record<string, unknown>;
  body?: unknown;
  revision?: number;
  signal?: AbortSignal;
}

function addressOf(address: string, { path = {}, query = {} }: Loose): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') search.set(name, String(value));
  }
  const filled = address.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(path[name] ?? ''));
  const text = search.toString();
  return text ? `/api/v1${filled}?${text}` : `/api/v1${filled}`;
}

async function refusal(response: Response): Promise<Problem> {
  const seconds = Number(response.headers.get('retry-after'));
  const body: Partial<ProblemBody> = await response.json().catch(() => ({}));
  return new Problem(response.status, body, Number.isFinite(seconds) && seconds > 0 ? seconds : undefined);
}

/** Calls the REST API. The cookie says who calls; nothing is signed in the browser. */
export async function send(method: Method, address: string, options: Loose = {}): Promise<unknown> {
  const headers = new Headers();
  if (method !== 'get' && csrf) headers.set('x-regent-csrf', csrf);
  if (options.revision !== undefined) headers.set('if-match', `"${options.revision}"`);
  let body: string | undefined;
  if (options.body !== undefined) {
    headers.set('content-type', method === 'patch' ? 'application/merge-patch+json' : 'application/json');
    body = JSON.stringify(options.body);
  }
  let response: Response;
  try {
    response = await fetch(addressOf(address, options), {
      method: method.toUpperCase(),
      headers,
      body,
      signal: options.signal,
      credentials: 'same-origin',
      cache: 'no-store',
    });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new Problem(0, {
      title: 'Regent cannot be reached',
      code: 'unreachable',
      detail: 'The server did not answer.',
      fix: 'See whether it is running and whether this machine is online, then try again.',
    });
  }
  if (!response.ok) throw await refusal(response);
  if (response.status === 204) return undefined;
  const isJson = response.headers.get('content-type')?.startsWith('application/json');
  return isJson ? response.json() : response.text();
}

// Whoever calls is held to the document: by what may be given, and by what is said to come back.
const calling =
  <M extends Method>(method: M) =>
  <P extends Address<M>>(address: P, ...[options]: Arguments<M, P>): Promise<Answer<M, P>> =>
    send(method, address, options) as Promise<Answer<M, P>>;

export const get = calling('get');
export const post = calling('post');
export const put = calling('put');
export const patch = calling('patch');
export const remove = calling('delete');

const PAGE = 1000;
const AT_MOST = 5000;

/** The addresses of lists that come page after page. */
export type ListAddress = {
  [P in Address<'get'>]: 'next_cursor' extends keyof Answer<'get', P> ? P : never;
}[Address<'get'>];

type Page = { [P in ListAddress]: Answer<'get', P> }[ListAddress];

/** Every item of a list, page after page, up to a bound that no screen could show anyway. */
export async function sendAll(address: string, options: Loose = {}): Promise<unknown[]> {
  const items: unknown[] = [];
  let cursor: string | null = null;
  do {
    const query = { ...options.query, limit: PAGE, cursor };
    const page = (await send('get', address, { ...options, query })) as Page;
    items.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor && items.length < AT_MOST);
  return items;
}

type Item<P extends ListAddress> = Answer<'get', P> extends { items: (infer One)[] } ? One : never;

export const all = <P extends ListAddress>(address: P, ...[options]: Arguments<'get', P>) =>
  sendAll(address, options) as Promise<Item<P>[]>;
