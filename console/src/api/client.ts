/** One thing that is wrong with one field of what was sent. */
export interface FieldProblem {
  name: string;
  code: string;
  detail: string;
  fix?: string;
}

interface ProblemBody {
  title?: string;
  status?: number;
  code?: string;
  detail?: string;
  fix?: string;
  fields?: FieldProblem[];
  request_id?: string;
  current?: unknown;
  factors?: string[];
}

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
  /** The second factors that would do, when one is missing. */
  readonly factors: string[];
  readonly retryAfter?: number;

  constructor(status: number, body: ProblemBody, retryAfter?: number) {
    super(body.detail ?? body.title ?? `the server answered with status ${status}`);
    this.status = status;
    this.code = body.code ?? 'unknown';
    this.title = body.title ?? 'Something went wrong';
    this.fix = body.fix;
    this.fields = body.fields ?? [];
    this.requestId = body.request_id;
    this.current = body.current;
    this.factors = body.factors ?? [];
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

type Query = Record<string, string | number | boolean | undefined | null>;

export interface Call {
  query?: Query;
  body?: unknown;
  /** The revision that the change was made on. */
  revision?: number;
  signal?: AbortSignal;
  /** Take the answer as text. */
  as?: 'json' | 'text';
}

function address(path: string, query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') search.set(name, String(value));
  }
  const text = search.toString();
  return text ? `/api/v1${path}?${text}` : `/api/v1${path}`;
}

/** Makes a segment of a path from an id. */
export const segment = encodeURIComponent;

async function refusal(response: Response): Promise<Problem> {
  const seconds = Number(response.headers.get('retry-after'));
  const body: ProblemBody = await response.json().catch(() => ({}));
  return new Problem(response.status, body, Number.isFinite(seconds) && seconds > 0 ? seconds : undefined);
}

/** Calls the REST API. The cookie says who calls; nothing is signed in the browser. */
export async function call<Answer>(method: string, path: string, options: Call = {}): Promise<Answer> {
  const headers = new Headers({ accept: options.as === 'text' ? 'text/plain, */*' : 'application/json' });
  if (method !== 'GET' && csrf) headers.set('x-regent-csrf', csrf);
  if (options.revision !== undefined) headers.set('if-match', `"${options.revision}"`);
  let body: string | undefined;
  if (options.body !== undefined) {
    headers.set('content-type', method === 'PATCH' ? 'application/merge-patch+json' : 'application/json');
    body = JSON.stringify(options.body);
  }
  let response: Response;
  try {
    response = await fetch(address(path, options.query), {
      method,
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
  if (response.status === 204) return undefined as Answer;
  if (options.as === 'text') return (await response.text()) as Answer;
  return (await response.json()) as Answer;
}

export const get = <Answer>(path: string, options?: Call) => call<Answer>('GET', path, options);
export const post = <Answer>(path: string, body: unknown = {}, options?: Call) =>
  call<Answer>('POST', path, { ...options, body });
export const put = <Answer>(path: string, body: unknown, revision: number) =>
  call<Answer>('PUT', path, { body, revision });
export const patch = <Answer>(path: string, body: unknown, revision: number) =>
  call<Answer>('PATCH', path, { body, revision });
export const remove = (path: string, revision?: number) => call<void>('DELETE', path, { revision });

export interface Page<Item> {
  items: Item[];
  next_cursor: string | null;
}

const PAGE = 1000;
const AT_MOST = 5000;

/** Every item of a list, page after page, up to a bound that no screen could show anyway. */
export async function all<Item>(path: string, options: Call = {}): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<Item> = await get(path, { ...options, query: { ...options.query, limit: PAGE, cursor } });
    items.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor && items.length < AT_MOST);
  return items;
}
