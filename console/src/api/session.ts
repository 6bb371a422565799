import { queryOptions, useQuery } from '@tanstack/react-query';
import { get, rememberCsrf } from './client';
import type { Me, Role } from './types';

/** Who is signed in, if anyone. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async ({ signal }) => {
    const session = await get('/auth/session', { signal });
    rememberCsrf(session.csrf ?? session.me?.csrf);
    return session;
  },
  staleTime: 60_000,
});

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
