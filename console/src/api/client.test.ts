import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { all, get, type Problem, patch, post, put, remove } from './client';

const fetched = vi.fn<typeof fetch>();
beforeEach(() => vi.stubGlobal('fetch', fetched));
afterEach(() => fetched.mockReset());

const json = (body: unknown, status = 200) => Response.json(body, { status });

/** The call that went out last: `PUT /api/v1/settings`, its headers and its body. */
function sent() {
  const [address, init] = fetched.mock.lastCall ?? [];
  const { host: _, ...headers } = Object.fromEntries(new Headers(init?.headers));
  return [`${init?.method} ${address}`, headers, init?.body && JSON.parse(String(init.body))];
}

test('what stands for a part of the address is escaped, and what is not asked for is left out', async () => {
  fetched.mockResolvedValue(json({ allowed: true }));
  await get('/connectors/{id}/why', { path: { id: 'a/b?' }, query: { user_id: 'u&v', system_caller_id: undefined } });
  expect(sent()).toEqual(['GET /api/v1/connectors/a%2Fb%3F/why?user_id=u%26v', {}, undefined]);
});

test('a change says which revision it is a change of, and a merge patch what it is', async () => {
  fetched.mockResolvedValue(json({}));
  await put('/settings', { body: { idle_minutes: 5 }, revision: 7 });
  expect(sent()).toEqual([
    'PUT /api/v1/settings',
    { 'content-type': 'application/json', 'if-match': '"7"' },
    { idle_minutes: 5 },
  ]);
  fetched.mockResolvedValue(json({}));
  await patch('/connectors/{id}', { path: { id: 'c' }, body: { inline_policy: null }, revision: 8 });
  expect(sent()).toEqual([
    'PATCH /api/v1/connectors/c',
    { 'content-type': 'application/merge-patch+json', 'if-match': '"8"' },
    { inline_policy: null },
  ]);
});

test('text comes as text, and nothing as nothing', async () => {
  fetched.mockResolvedValue(new Response('version: 1\n', { headers: { 'content-type': 'text/yaml' } }));
  expect(await get('/config/export')).toBe('version: 1\n');
  fetched.mockResolvedValue(new Response(null, { status: 204 }));
  expect(await remove('/me/totp', { body: { code: '123456' } })).toBeUndefined();
});

test('a list comes page after page', async () => {
  fetched.mockResolvedValueOnce(json({ items: [{ id: 'a' }], next_cursor: 'n&m' }));
  fetched.mockResolvedValueOnce(json({ items: [{ id: 'b' }], next_cursor: null }));
  const found = await all('/sessions', { query: { state: 'active' } });
  expect(found.map((one) => one.id)).toEqual(['a', 'b']);
  expect(sent()[0]).toBe('GET /api/v1/sessions?state=active&limit=1000&cursor=n%26m');
});

test('a refusal is told in the words of the server', async () => {
  const fields = [{ name: 'slug', code: 'taken', detail: 'There is one.', fix: 'Choose another.' }];
  const problem = { title: 'Conflict', status: 409, code: 'name_taken', detail: 'No.', request_id: 'r', fields };
  fetched.mockResolvedValue(json(problem, 409));
  const thrown: Problem = await get('/status').catch((error) => error);
  expect([thrown.status, thrown.code, thrown.message, thrown.of('slug')]).toEqual([
    409,
    'name_taken',
    'No.',
    'There is one. Choose another.',
  ]);
});

test('a call that the document does not know does not compile', async () => {
  fetched.mockImplementation(async () => json({ items: [], next_cursor: null }));
  // @ts-expect-error there is no such address
  await get('/connector');
  // @ts-expect-error nor does it know the method
  await put('/status', { body: {} });
  // @ts-expect-error it wants an id
  await get('/connectors/{id}');
  // @ts-expect-error it has no such parameter
  await get('/connectors', { query: { limits: 1 } });
  // @ts-expect-error it wants a body
  await post('/connectors/{id}/disable', { path: { id: 'c' } });
  // @ts-expect-error the body has no such member
  await post('/connectors/{id}/disable', { path: { id: 'c' }, body: { reasn: '' } });
  // @ts-expect-error it wants the revision
  await put('/settings', { body: {} });
  // @ts-expect-error it knows no revision
  await get('/status', { revision: 1 });
  // @ts-expect-error it is no list
  await all('/settings');
  // @ts-expect-error the answer has no such member
  expect((await get('/settings')).nothing).toBeUndefined();
});
