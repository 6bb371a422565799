// Over TLS, where browsers speak HTTP/2 and name the server in another place: what is written goes through.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertSound, openPage, startBrowser } from '../browser.js';
import { startServer, stopServer } from '../server.js';

const PASSWORD = 'a long walk in the park';
const file = (name) => new URL(`../../../crates/regent/tests/it/http/localhost.${name}`, import.meta.url).pathname;

let browser;
let server;
before(async () => {
  browser = await startBrowser();
  server = await startServer(['--tls-cert', file('pem'), '--tls-key', file('key')]);
});
after(async () => {
  await browser?.close();
  if (server) await stopServer(server);
});

test('over https a person sets up the server and signs in again', async () => {
  // The certificate is one of the tests, for `localhost`.
  const page = await openPage(browser, { ignoreHTTPSErrors: true });
  const button = (name) => page.getByRole('button', { name, exact: true });
  const spoken = page.waitForResponse((response) => response.url().endsWith('/setup'));
  await page.goto(`${server.url}/console/`);
  await page.getByLabel('Setup code').fill(server.code);
  await page.getByLabel('Name', { exact: true }).fill('ana');
  await page.getByLabel('Password').fill(PASSWORD);
  await button('Next').click();
  assert.equal((await spoken).status(), 200);
  await page.getByText('is administrator').waitFor();
  const entry = () => performance.getEntriesByType('resource').find((one) => one.name.includes('/api/')).nextHopProtocol;
  assert.equal(await page.evaluate(entry), 'h2');
  await page.context().clearCookies();
  await page.goto(`${server.url}/console/`);
  await page.getByLabel('Name').fill('ana');
  await page.getByLabel('Password').fill(PASSWORD);
  await button('Sign in').click();
  await page.getByRole('heading', { level: 1, name: /^My access/ }).waitFor();
  await assertSound(page, 'My access over https');
});
