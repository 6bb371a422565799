// Chromium's own authenticator: a passkey is made, signs in by itself, and is asked for again.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { PASSWORD, setUp, startServer, stopServer } from './server.js';

let server, browser, here;

before(async () => {
  server = await startServer();
  await setUp(server);
  // Browsers bind passkeys to names, not to addresses.
  here = server.url.replace('127.0.0.1', 'localhost');
  // The tests run as root in containers, where Chromium has no sandbox of its own to offer.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args, timeout: 120_000 });
});

after(async () => {
  await browser?.close();
  if (server) await stopServer(server);
});

/** A page of the server in a browser with an authenticator that is unlocked, or not. */
async function visit({ isUserVerified = true } = {}) {
  const context = await browser.newContext();
  // For a machine that is busy with other things: who waits that long has failed.
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  await page.goto(`${here}/api/v1/status`);
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  const options = {
    protocol: 'ctap2',
    transport: 'internal',
    hasResidentKey: true,
    hasUserVerification: true,
    automaticPresenceSimulation: true,
    isUserVerified,
  };
  const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', { options });
  return { page, devtools, authenticatorId };
}

/** Asks the API as the page would, with the proof that it is the page. */
const ask = (page, method, path, body) =>
  page.evaluate(
    async ([method, path, body]) => {
      const session = await (await fetch('/api/v1/auth/session')).json();
      const headers = { 'content-type': 'application/json', 'x-regent-csrf': session.csrf ?? '' };
      const answer = await fetch(`/api/v1${path}`, { method, headers, body: body && JSON.stringify(body) });
      return { status: answer.status, said: await answer.json().catch(() => null) };
    },
    [method, path, body],
  );

const create = (page, options) =>
  page.evaluate(async (options) => {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
    return (await navigator.credentials.create({ publicKey })).toJSON();
  }, options);

const get = (page, options) =>
  page.evaluate(async (options) => {
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
    return (await navigator.credentials.get({ publicKey })).toJSON();
  }, options);

/** Begins at one path, has the browser do its part, and ends at the other. */
async function ceremony(page, path, perform, more = {}) {
  const { status, said } = await ask(page, 'POST', `${path}/start`, {});
  assert.equal(status, 200, JSON.stringify(said));
  const credential = await perform(page, said.public_key);
  return ask(page, 'POST', `${path}/finish`, { ceremony: said.ceremony, credential, ...more });
}

test('a passkey made in a browser signs in by itself and steps up', async () => {
  const { page, devtools, authenticatorId } = await visit();
  const who = { name: 'administrator', password: PASSWORD };
  assert.equal((await ask(page, 'POST', '/auth/sign-in', who)).status, 200);
  const made = await ceremony(page, '/me/passkeys', create, { name: 'this browser' });
  assert.equal(made.status, 200, JSON.stringify(made.said));

  assert.equal((await ask(page, 'POST', '/auth/logout', {})).status, 204);
  assert.equal((await ask(page, 'POST', '/auth/sign-in', who)).said.code, 'second_factor_required');
  for (let round = 0; round < 2; round++) {
    const { status, said } = await ceremony(page, '/auth/passkey', get);
    assert.equal(status, 200, JSON.stringify(said));
    assert.deepEqual([said.name, said.sign_in.via, said.sign_in.mfa], ['administrator', 'passkey', true]);
  }
  assert.equal((await ceremony(page, '/auth/step-up/passkey', get)).status, 200);

  // One authenticator keeps one passkey for one person.
  const again = await ask(page, 'POST', '/me/passkeys/start', {});
  await assert.rejects(create(page, again.said.public_key), /InvalidStateError/);
  const { credentials } = await devtools.send('WebAuthn.getCredentials', { authenticatorId });
  assert.equal(credentials.length, 1);
  const removed = await ask(page, 'DELETE', `/me/passkeys/${made.said.id}`);
  assert.equal(removed.status, 204);
  await page.context().close();
});

test('an authenticator that is locked makes no passkey', async () => {
  const { page } = await visit({ isUserVerified: false });
  await ask(page, 'POST', '/auth/sign-in', { name: 'administrator', password: PASSWORD });
  const { said } = await ask(page, 'POST', '/me/passkeys/start', {});
  await assert.rejects(create(page, said.public_key), /NotAllowedError/);
  await page.context().close();
});
