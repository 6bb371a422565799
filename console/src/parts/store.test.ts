import { beforeEach, expect, test, vi } from 'vitest';
import type { Saved, Sent } from '../api/collections';
import { type Kept, store } from './store';

const fetched = vi.fn<typeof fetch>();
beforeEach(() => vi.stubGlobal('fetch', fetched));

test('what was saved before something failed is not made again, but changed in its new state', async () => {
  const body = { name: 'n' } as Sent<'/connectors'>;
  let kept: Kept | undefined;
  const save = (afterwards?: () => Promise<never>) =>
    store<'/connectors'>({
      path: '/connectors',
      body,
      kept,
      onKept: (saved: Saved<'/connectors'>) => (kept = saved),
      afterwards,
    });

  fetched.mockResolvedValueOnce(Response.json({ id: 'c', revision: 1 }, { status: 201 }));
  await expect(save(() => Promise.reject(new Error('no right to grant')))).rejects.toThrow('no right');
  fetched.mockResolvedValueOnce(Response.json({ id: 'c', revision: 2 }));
  expect(await save()).toEqual({ id: 'c', revision: 2 });

  const calls = fetched.mock.calls.map(([address, init]) => [
    init?.method,
    address,
    new Headers(init?.headers).get('if-match'),
  ]);
  expect(calls).toEqual([
    ['POST', '/api/v1/connectors', null],
    ['PUT', '/api/v1/connectors/c', '"1"'],
  ]);
  expect(kept).toEqual({ id: 'c', revision: 2 });
});
