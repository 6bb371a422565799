import { QueryClient } from '@tanstack/react-query';
import { beforeEach, expect, test, vi } from 'vitest';
import { sessionQuery, signedIn, signedOut } from './session';
import type { Me } from './types';

const person = (id: string) => ({ id, csrf: 'c' }) as Me;
const [ana, ben] = [person('ana'), person('ben')];
const SECRET = ['/me', 'connectors'];

let client: QueryClient;
beforeEach(() => {
  client = new QueryClient();
  signedOut(client);
  signedIn(client, ana);
  client.setQueryData(SECRET, ['of ana']);
  client.getMutationCache().build(client, { mutationKey: ['of ana'] });
});

const expire = () => client.setQueryData(sessionQuery.queryKey, { signed_in: false });
const left = () => [client.getQueryData(SECRET), client.getMutationCache().getAll().length];

test('who comes back after their sign-in has expired goes on where they were', () => {
  expire();
  signedIn(client, ana);
  expect(left()).toEqual([['of ana'], 1]);
  expect(client.getQueryData(sessionQuery.queryKey)).toMatchObject({ signed_in: true, me: ana });
});

test('who comes after somebody else sees nothing of theirs', () => {
  expire();
  signedIn(client, ben);
  expect(left()).toEqual([undefined, 0]);
  expect(client.getQueryData(sessionQuery.queryKey)).toMatchObject({ signed_in: true, me: ben });
});

test('nor who was signed in by another tab', async () => {
  vi.stubGlobal('fetch', async () => Response.json({ signed_in: true, me: ben }));
  await client.fetchQuery({ ...sessionQuery, staleTime: 0 });
  expect(left()).toEqual([undefined, 0]);
});

test('who signs out leaves nothing', () => {
  signedOut(client);
  expect(left()).toEqual([undefined, 0]);
  expect(client.getQueryData(sessionQuery.queryKey)).toEqual({ signed_in: false });
});
