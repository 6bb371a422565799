// A real provider and a real browser: who is let in, who is not, and what signing out ends.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { CLIENT, startProvider } from './provider.js';
import { setUp, startServer, stopServer } from './server.js';

let server, provider, browser, source;

before(async () => {
  server = await startServer();
  provider = await startProvider(server.url);
  const make = await setUp(server);
  const terms = {
    name: 'company',
    issuer: provider.issuer,
    client_id: CLIENT.id,
    client_secret: CLIENT.secret,
    scopes: ['openid', 'profile', 'email', 'groups'],
  };
  source = (await make('/identity-sources', terms)).id;
  await make('/groups', { name: 'developers', mapped: { source, value: 'dev' } });
  // The tests run as root in containers, where Chromium has no sandbox of its own to offer.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args, timeout: 120_000 });
});

after(async () => {
  await browser?.close();
  provider?.stop();
  if (server) await stopServer(server);
});

async function visit(returnTo = '/console/') {
  const context = await browser.newContext();
  // For a machine that is busy with other things: who waits that long has failed.
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  await begin(page, returnTo);
  return page;
}

const begin = (page, returnTo = '/console/') =>
  page.goto(`${server.url}/api/v1/auth/oidc/start?source=${source}&return_to=${encodeURIComponent(returnTo)}`);

/** Goes through the provider's own pages. */
async function signIn(page, name) {
  await page.fill('input[name=login]', name);
  await page.fill('input[name=password]', 'whatever');
  await page.click('button[type=submit]');
  await page.click('button[type=submit]'); // and yes, this client may know
  await page.waitForURL(`${server.url}/**`);
}

/** Asks the API as the page would. */
const ask = (page, path, options = {}) =>
  page.evaluate(
    async ([path, options]) => {
      const answer = await fetch(path, options);
      return { status: answer.status, said: await answer.json().catch(() => null) };
    },
    [`/api/v1${path}`, options],
  );

test('somebody in a mapped group is let in, as who the provider says', async () => {
  const page = await visit('/console/connectors');
  await signIn(page, 'ana');
  assert.equal(page.url(), `${server.url}/console/connectors`);
  const { status, said } = await ask(page, '/me');
  assert.equal(status, 200);
  assert.equal(said.name, 'ana');
  assert.equal(said.display_name, 'Ana Díaz');
  assert.equal(said.email, 'ana@example.com');
  assert.deepEqual(said.groups.map(({ name }) => name), ['developers']);
  assert.equal(said.sign_in.via, `oidc:${source}`);
  const cookies = await page.context().cookies(server.url);
  const kept = cookies.filter(({ name }) => name.startsWith('__Host-regent'));
  assert.deepEqual(kept.map(({ name, httpOnly, secure, sameSite }) => [name, httpOnly, secure, sameSite]), [['__Host-regent', true, true, 'Lax']]);
  assert.ok(!page.url().includes('code='), 'nothing of the way is left in the address');
  await page.context().close();
});

test('somebody in no mapped group is known and not let in', async () => {
  const page = await visit();
  await signIn(page, 'eve');
  assert.equal(page.url(), `${server.url}/console/sign-in?error=no_group`);
  assert.equal((await ask(page, '/me')).status, 401);
  await page.context().close();
});

test('who says no at the provider comes back without a sign-in', async () => {
  const page = await visit();
  await page.click('text=Cancel');
  await page.waitForURL(`${server.url}/**`);
  assert.equal(page.url(), `${server.url}/console/sign-in?error=provider_refused`);
  await page.context().close();
});

test('signing out ends the session here and at the provider', async () => {
  const page = await visit();
  await signIn(page, 'ana');
  const { said: session } = await ask(page, '/auth/session');
  const headers = { 'x-regent-csrf': session.csrf };
  const { said } = await ask(page, '/auth/logout', { method: 'POST', headers });
  assert.equal((await ask(page, '/me')).status, 401);
  await page.goto(said.end_session_url);
  await page.click('button[name=logout]');
  await page.waitForURL(`${server.url}/console/**`);
  await begin(page);
  assert.ok(await page.isVisible('input[name=login]'), 'the provider asks again who it is');
  await page.context().close();
});

test('an answer to one browser is worth nothing in another', async () => {
  const page = await visit();
  let answer;
  page.on('request', (request) => {
    if (request.url().includes('/auth/oidc/callback?')) answer = request.url();
  });
  await signIn(page, 'ana');
  assert.ok(answer.includes('code='));
  const other = await (await browser.newContext()).newPage();
  await other.goto(answer);
  assert.equal(other.url(), `${server.url}/console/sign-in?error=sign_in_lapsed`);
  assert.equal((await ask(other, '/me')).status, 401);
  await other.context().close();
  await page.context().close();
});
