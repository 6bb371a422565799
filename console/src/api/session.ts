import { type QueryClient, queryOptions, useQuery } from '@tanstack/react-query';
import { get, rememberCsrf } from './client';
import type { Me, Role } from './types';

// Whose answers are cached. It outlasts the sign-in, which may end by itself with a page still open.
let reader: string | undefined;

/** Who reads from now on. What somebody else was told, the next person at this browser must not see. */
function readBy(client: QueryClient, id: string | undefined) {
  if (id && id === reader) return;
  reader = id;
  client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'session' && queryKey[0] !== 'status' });
  client.getMutationCache().clear();
}

/** Who is signed in, if anyone. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async ({ client, signal }) => {
    const session = await get('/auth/session', { signal });
    rememberCsrf(session.csrf ?? session.me?.csrf);
    // Another tab may have signed in somebody else. Before anybody is known here, there is nothing to forget.
    if (reader && session.me) readBy(client, session.me.id);
    else reader ??= session.me?.id;
    return session;
  },
  staleTime: 60_000,
});

/** Somebody has proven who they are. */
export function signedIn(client: QueryClient, me: Me) {
  rememberCsrf(me.csrf);
  readBy(client, me.id);
  client.setQueryData(sessionQuery.queryKey, { signed_in: true, csrf: me.csrf, me });
}

/** Somebody has left. */
export function signedOut(client: QueryClient) {
  client.setQueryData(sessionQuery.queryKey, { signed_in: false });
  readBy(client, undefined);
}

/** What the server is, before anyone signs in. */
export const statusQuery = queryOptions({
  queryKey: ['status'],
  queryFn: ({ signal }) => get('/status', { signal }),
  staleTime: 300_000,
});

export function useMe(): Me | undefined {
  return useQuery(sessionQuery).data?.me;
}

/** Whether one of these roles is held; an administrator holds them all. */
export function holds(me: Me | undefined, ...roles: Role[]): boolean {
  return Boolean(me?.roles.some((role) => role === 'administrator' || roles.includes(role)));
}
