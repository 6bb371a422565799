import { queryOptions } from '@tanstack/react-query';
import { all, get, segment } from './client';
import type { GalleryCard } from './policies';
import type {
  Account,
  Connector,
  Group,
  IdentitySource,
  Session,
  Settings,
  Stored,
  SystemCaller,
  Upstream,
  Usable,
  User,
} from './types';

// The first part of a key is the path of the collection: whoever writes there invalidates it whole.
function collection<Thing extends Stored>(path: string) {
  return {
    list: queryOptions({ queryKey: [path, 'list'], queryFn: ({ signal }) => all<Thing>(path, { signal }) }),
    one: (id: string) =>
      queryOptions({
        queryKey: [path, 'one', id],
        queryFn: ({ signal }) => get<Thing>(`${path}/${segment(id)}`, { signal }),
      }),
  };
}

export const connectors = collection<Connector>('/connectors');
export const accounts = collection<Account>('/accounts');
export const upstreams = collection<Upstream>('/upstreams');
export const users = collection<User>('/users');
export const groups = collection<Group>('/groups');
export const identitySources = collection<IdentitySource>('/identity-sources');
export const systemCallers = collection<SystemCaller>('/system-callers');

export const myConnectors = queryOptions({
  queryKey: ['/me', 'connectors'],
  queryFn: ({ signal }) => all<Usable>('/me/connectors', { signal }),
});

export const mySessions = queryOptions({
  queryKey: ['/me', 'sessions'],
  queryFn: ({ signal }) => all<Session>('/me/sessions', { signal }),
});

export const gallery = queryOptions({
  queryKey: ['/policies', 'gallery'],
  queryFn: async ({ signal }) => (await get<{ items: GalleryCard[] }>('/policies/gallery', { signal })).items,
  staleTime: Number.POSITIVE_INFINITY,
});

export const settings = queryOptions({
  queryKey: ['/settings'],
  queryFn: ({ signal }) => get<Settings>('/settings', { signal }),
});
