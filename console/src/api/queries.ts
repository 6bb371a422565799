import { queryOptions } from '@tanstack/react-query';
import { all, get } from './client';
import { type Collection, list, one } from './collections';

// The first part of a key is the address of the collection: whoever writes there invalidates it whole.
function collection<C extends Collection>(address: C) {
  return {
    list: queryOptions({ queryKey: [address, 'list'], queryFn: ({ signal }) => list(address, signal) }),
    one: (id: string) =>
      queryOptions({ queryKey: [address, 'one', id], queryFn: ({ signal }) => one(address, id, signal) }),
  };
}

export const connectors = collection('/connectors');
export const accounts = collection('/accounts');
export const upstreams = collection('/upstreams');
export const users = collection('/users');
export const groups = collection('/groups');
export const identitySources = collection('/identity-sources');
export const systemCallers = collection('/system-callers');

export const myConnectors = queryOptions({
  queryKey: ['/me', 'connectors'],
  queryFn: ({ signal }) => all('/me/connectors', { signal }),
});

export const mySessions = queryOptions({
  queryKey: ['/me', 'sessions'],
  queryFn: ({ signal }) => all('/me/sessions', { signal }),
});

export const gallery = queryOptions({
  queryKey: ['/policies', 'gallery'],
  queryFn: async ({ signal }) => (await get('/policies/gallery', { signal })).items,
  staleTime: Number.POSITIVE_INFINITY,
});

export const settings = queryOptions({
  queryKey: ['/settings'],
  queryFn: ({ signal }) => get('/settings', { signal }),
});
