// What people do, from an empty store to credentials that the AWS CLI uses: nothing here is imitated.

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { assertSound, openPage, startBrowser, watch } from '../browser.js';
import { run, startServer, stopServer } from '../server.js';

const PASSWORD = 'a long walk in the park';
const SCRIPT = new URL('../../../examples/console-sign-in/sign_in.py', import.meta.url).pathname;

let browser;
let server;
before(async () => {
  browser = await startBrowser();
});
after(() => browser?.close());
beforeEach(async () => {
  server = await startServer();
});
afterEach(() => stopServer(server));

const at = (path) => `${server.url}/console${path}`;
const button = (page, name) => page.getByRole('button', { name, exact: true });
const heading = (page, name) => page.getByRole('heading', { name }).first().waitFor();

/** Walks the wizard with what it offers, to its end. */
async function setUp(page) {
  await page.goto(at('/'));
  await page.getByLabel('Setup code').fill(server.code);
  await page.getByLabel('Name', { exact: true }).fill('ana');
  await page.getByLabel('Display name').fill('Ana Diaz');
  await page.getByLabel('Password').fill(PASSWORD);
  await button(page, 'Next').click();
  await page.getByText('Ana Diaz is administrator').waitFor();
  await button(page, 'Next').click();
  await heading(page, 'Sign-in');
  await button(page, 'Next').click();
  await heading(page, 'Account');
  await button(page, 'Next').click();
  await heading(page, 'Connector');
  await assertSound(page, 'the wizard at the connector');
  await button(page, 'Next').click();
  await button(page, 'Test the connector').click();
  await page.getByText('It works', { exact: true }).waitFor();
  await button(page, 'Next').click();
  await page.getByLabel('Name of the group').waitFor();
  const command = await page.getByText('regent exec').textContent();
  await button(page, 'Finish').click();
  await heading(page, 'My access');
  return /regent exec (\S+)/.exec(command)[1];
}

/** Draws credentials from the first card, the way to its shell exports, and gives them back as an environment. */
async function draw(page) {
  await page.getByRole('button', { name: /^Get credentials of/ }).first().click();
  await page.getByRole('tab', { name: 'Shell', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Get credentials', exact: true }).click();
  const block = page.getByRole('dialog').getByRole('region', { name: 'shell exports' });
  await block.waitFor();
  assert.match(await block.textContent(), /AWS_SECRET_ACCESS_KEY='•+'/, 'secrets are covered at first');
  await button(page, 'Reveal').click();
  const text = await block.textContent();
  await button(page, 'Close and forget').click();
  const environment = Object.fromEntries([...text.matchAll(/export (\w+)='([^']*)'/g)].map(([, name, value]) => [name, value]));
  return { AWS_ENDPOINT_URL: server.url, AWS_EC2_METADATA_DISABLED: 'true', ...environment };
}

const whoAmI = (environment) => run('aws', ['sts', 'get-caller-identity', '--output', 'json'], environment);

async function addPerson(page, name) {
  await page.goto(at('/people/new'));
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('Display name').fill(name);
  await page.getByLabel('First password').fill(PASSWORD);
  await button(page, 'Create').click();
  await heading(page, 'People');
}

async function signIn(page, name, password = PASSWORD) {
  await page.goto(at('/'));
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('Password').fill(password);
  await button(page, 'Sign in').click();
}

test('a first run leads to credentials that the AWS CLI uses', async () => {
  const page = await openPage(browser);
  await setUp(page);
  await assertSound(page, 'My access after the setup');
  const environment = await draw(page);
  const { stdout, stderr } = await whoAmI(environment);
  assert.match(JSON.parse(stdout || '{}').Arn ?? stderr, /^arn:aws:sts::\d{12}:assumed-role\/regent-demo\/ana$/);
  // Nothing of them stays behind in the browser, neither on the page nor in what it keeps.
  const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, location.href]));
  const shown = await page.content();
  for (const secret of [environment.AWS_SECRET_ACCESS_KEY, environment.AWS_SESSION_TOKEN]) {
    assert.ok(secret.length > 16 && !kept.includes(secret) && !shown.includes(secret));
  }
  await page.getByText(environment.AWS_ACCESS_KEY_ID).waitFor();
});

test('a wrong setup code makes nobody administrator', async () => {
  const page = await openPage(browser);
  await page.goto(at('/'));
  await page.getByLabel('Setup code').fill('WRONG');
  await page.getByLabel('Name', { exact: true }).fill('eve');
  await page.getByLabel('Password').fill(PASSWORD);
  await button(page, 'Next').click();
  await page.getByRole('alert').first().waitFor();
  await assertSound(page, 'the wizard after a wrong code');
  const status = await page.request.get(`${server.url}/api/v1/status`);
  assert.equal((await status.json()).setup, 'required');
});

test('a stranger gets nothing', async () => {
  const page = await openPage(browser);
  const slug = await setUp(page);
  await addPerson(page, 'ben');

  const stranger = await openPage(browser);
  await signIn(stranger, 'ben', 'not the password');
  await stranger.getByRole('alert').waitFor();
  await signIn(stranger, 'ben');
  await stranger.getByText('Nothing is shared with you yet').waitFor();
  await assertSound(stranger, 'My access of a stranger');
  // What the page does not show, the server does not do either.
  const session = await (await stranger.request.get(`${server.url}/api/v1/auth/session`)).json();
  const headers = { 'x-regent-csrf': session.csrf, origin: server.url };
  const asked = await stranger.request.post(`${server.url}/api/v1/connectors/${slug}/credentials`, { headers, data: {} });
  assert.ok([403, 404].includes(asked.status()), `credentials: ${asked.status()}`);
  const people = await stranger.request.get(`${server.url}/api/v1/users`);
  assert.equal(people.status(), 403);
  await stranger.goto(at('/people'));
  await stranger.getByRole('alert').waitFor();
  await assertSound(stranger, 'a closed door');
});

test('the classic script opens the console as a role', async () => {
  const page = await openPage(browser);
  await setUp(page);
  const environment = await draw(page);
  const account = JSON.parse((await whoAmI(environment)).stdout).Account;
  // The role trusts the broker's user and not root, so the script begins with a role that does.
  const root = { ...server.environment, AWS_EC2_METADATA_DISABLED: 'true' };
  const trust = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${account}:user/script` }, Action: 'sts:AssumeRole' }] };
  const allowed = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'iam:ListRoles', Resource: '*' }] };
  const may = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' }] };
  const aws = async (...args) => {
    const { stdout, stderr, status } = await run('aws', [...args, '--output', 'json'], root);
    assert.equal(status, 0, stderr);
    return stdout ? JSON.parse(stdout) : {};
  };
  await aws('iam', 'create-user', '--user-name', 'script');
  await aws('iam', 'put-user-policy', '--user-name', 'script', '--policy-name', 'may', '--policy-document', JSON.stringify(may));
  const { AccessKey } = await aws('iam', 'create-access-key', '--user-name', 'script');
  await aws('iam', 'create-role', '--role-name', 'reader', '--assume-role-policy-document', JSON.stringify(trust));
  await aws('iam', 'put-role-policy', '--role-name', 'reader', '--policy-name', 'may', '--policy-document', JSON.stringify(allowed));
  const script = await run('python3', [SCRIPT, account, 'reader', 'ana'], {
    ...root,
    AWS_ACCESS_KEY_ID: AccessKey.AccessKeyId,
    AWS_SECRET_ACCESS_KEY: AccessKey.SecretAccessKey,
    ISSUER_URL: at('/expired'),
  });
  assert.equal(script.status, 0, script.stderr);

  const visitor = await openPage(browser);
  await visitor.goto(script.stdout.trim());
  await visitor.getByText(`arn:aws:sts::${account}:assumed-role/reader/ana`).waitFor();
  assert.ok(!visitor.url().includes('SigninToken'), 'the token has left the address');
  await visitor.getByRole('table', { name: 'IAM roles' }).getByText('reader', { exact: true }).waitFor();
  await assertSound(visitor, 'the AWS session');
  await visitor.getByRole('tab', { name: 'IAM users' }).click();
  await visitor.getByText(/not authorized to perform: iam:ListUsers/).waitFor();
  await assertSound(visitor, 'the AWS session refused');
  await visitor.getByRole('link', { name: 'Sign out' }).click();
  await visitor.goto(at('/session'));
  await heading(visitor, 'No AWS session is open');
});

test('a card opens the console as its role', async () => {
  const page = await openPage(browser);
  await setUp(page);
  const opening = page.waitForEvent('popup');
  await page.getByRole('button', { name: /^Open console of/ }).first().click();
  const opened = await opening;
  opened.complaints = [];
  watch(opened, opened.complaints);
  await opened.getByText(/assumed-role\/regent-demo\/ana/).first().waitFor();
  await assertSound(opened, 'the console of a card');
});

test('a revoked session dies at once, and only that one', async () => {
  const page = await openPage(browser);
  await setUp(page);
  const [first, second] = [await draw(page), await draw(page)];
  for (const one of [first, second]) assert.equal((await whoAmI(one)).status, 0);
  await page.goto(at('/sessions'));
  await page.getByRole('button', { name: `Revoke the session of ana, ${first.AWS_ACCESS_KEY_ID}` }).click();
  await page.getByRole('dialog').getByLabel('Reason').fill('a walk');
  await button(page, 'Revoke session').click();
  await page.getByText(first.AWS_ACCESS_KEY_ID).waitFor({ state: 'detached' });
  const [dead, alive] = [await whoAmI(first), await whoAmI(second)];
  assert.notEqual(dead.status, 0, dead.stdout);
  assert.equal(alive.status, 0, alive.stderr);
  await assertSound(page, 'Sessions after a revocation');
});

test('a passkey made in the browser signs in without a password', async () => {
  const page = await openPage(browser);
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  // A passkey belongs to a name, and an address has none.
  server.url = server.url.replace('127.0.0.1', 'localhost');
  await setUp(page);
  await page.goto(at('/sign-in'));
  await button(page, 'Add passkey').click();
  await page.getByText('Passkey 1').waitFor();
  await page.getByRole('button', { name: 'Ana Diaz' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await button(page, 'Sign in with a passkey').click();
  await heading(page, 'My sign-in');
  await assertSound(page, 'My sign-in after a passkey');
});
