// What people do, from an empty store to credentials that the AWS CLI uses: nothing here is imitated.

import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { assertSound, openPage, startBrowser, watch } from '../browser.js';
import { REGENT, run, startServer, stopServer } from '../server.js';

const PASSWORD = 'a long walk in the park';
const README = new URL('../../../README.md', import.meta.url).pathname;
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
afterEach(async () => {
  if (server) await stopServer(server);
  server = undefined;
});

const at = (path) => `${server.url}/console${path}`;
const button = (page, name) => page.getByRole('button', { name, exact: true });
/** What the page is about: its first heading, since the navigation has headings too. */
const heading = (page, name) => page.getByRole('heading', { level: 1, name }).waitFor();

/** Checks a box or chooses a radio button with the keyboard, which finds it wherever it moves to. */
async function check(place, role, name) {
  await place.getByRole(role, { name }).press('Space');
  await place.getByRole(role, { name, checked: true }).waitFor();
}

/** The answer to the next call of this kind; set up before what leads to it. */
const answered = (page, method, path) =>
  page.waitForResponse((response) => response.request().method() === method && response.url().endsWith(path));

/** The first step of the wizard: the administrator. */
async function becomeAdministrator(page) {
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
  await page.getByRole('radiogroup', { name: /own AWS rights/ }).waitFor();
}

/** The last step: shares the connector with a new group, and reads what to type. */
async function share(page) {
  await page.getByLabel('Name of the group').waitFor();
  // Until the step has read the connector it speaks of "it", and its command of an example.
  await page.getByRole('heading', { name: /^Who may use (?!it$)/ }).waitFor();
  const command = await page.getByText('regent exec').textContent();
  await button(page, 'Finish').click();
  await page.getByRole('heading', { level: 1, name: /^My access/ }).waitFor();
  return /regent exec (\S+)/.exec(command)[1];
}

const policy = (Action, more = { Resource: '*' }) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, ...more }] });

/** Calls the AWS CLI as root of Regent's own account. */
async function asRoot(...args) {
  const { stdout, stderr, status } = await run('aws', [...args, '--output', 'json'], {
    ...server.environment,
    AWS_EC2_METADATA_DISABLED: 'true',
  });
  assert.equal(status, 0, stderr);
  return stdout ? JSON.parse(stdout) : {};
}

/** A user with a key that may assume roles, and a role that trusts it and may read in IAM. */
async function makeBroker() {
  const user = ['--user-name', 'broker'];
  const { Account } = await asRoot('sts', 'get-caller-identity');
  await asRoot('iam', 'create-user', ...user);
  const may = policy(['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity']);
  await asRoot('iam', 'put-user-policy', ...user, '--policy-name', 'may', '--policy-document', may);
  const { AccessKey } = await asRoot('iam', 'create-access-key', ...user);
  const trust = policy(['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'], {
    Principal: { AWS: `arn:aws:iam::${Account}:user/broker` },
  });
  const role = ['--role-name', 'reader'];
  await asRoot('iam', 'create-role', ...role, '--assume-role-policy-document', trust);
  await asRoot('iam', 'put-role-policy', ...role, '--policy-name', 'may', '--policy-document', policy('iam:ListRoles'));
  return { account: Account, key: AccessKey, role: `arn:aws:iam::${Account}:role/reader` };
}

/** Walks the wizard with an access key of the reader's own, on Regent's own STS. */
async function setUp(page) {
  const broker = await makeBroker();
  await becomeAdministrator(page);
  await check(page, 'radio', /any STS/);
  await page.getByRole('button', { name: /^Upstream/ }).click();
  await page.getByRole('option', { name: /Regent/ }).click();
  await page.getByLabel('Access key ID').fill(broker.key.AccessKeyId);
  await page.getByLabel('Secret access key').fill(broker.key.SecretAccessKey);
  await assertSound(page, 'the wizard at the account');
  await button(page, 'Next').click();
  await page.getByLabel('Role ARN').fill(broker.role);
  await button(page, 'Next').click();
  await button(page, 'Test the connector').waitFor();
  await button(page, 'Next').click();
  return { ...broker, slug: await share(page) };
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
  const created = answered(page, 'POST', '/api/v1/users');
  await button(page, 'Create').click();
  assert.equal((await created).status(), 201, await (await created).text());
  await heading(page, 'People');
}

async function signIn(page, name, password = PASSWORD) {
  await page.goto(at('/'));
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('Password').fill(password);
  await button(page, 'Sign in').click();
}

/** Walks the wizard with the demo: nothing is needed but the server. */
async function tryDemo(page) {
  await becomeAdministrator(page);
  await button(page, 'Next').click();
  await page.getByText('Nothing is narrowed').waitFor();
  await assertSound(page, 'the wizard at the connector');
  await button(page, 'Next').click();
  await button(page, 'Test the connector').click();
  await page.getByText('It works', { exact: true }).waitFor();
  await button(page, 'Next').click();
  await share(page);
}

test('a first run leads to credentials that the AWS CLI uses', async () => {
  const page = await openPage(browser);
  await tryDemo(page);
  await assertSound(page, 'My access after the setup');
  const { stdout, stderr } = await whoAmI(await draw(page));
  assert.match(JSON.parse(stdout || '{}').Arn ?? stderr, /^arn:aws:sts::\d{12}:assumed-role\/regent-demo\/ana$/);
});

/** The page that a command opens: `$BROWSER` has left its address in a file. */
async function opened(file) {
  for (let tries = 0; tries < 600; tries += 1) {
    const address = await readFile(file, 'utf8').catch(() => '');
    if (address.endsWith('\n')) return address.trim();
    await pause(100);
  }
  throw new Error('no page was opened');
}

test('the README leads from the wizard to the AWS CLI', async () => {
  const page = await openPage(browser);
  await tryDemo(page);
  const [, block] = /<!-- walk -->\s*```sh\n([^`]*)```/.exec(await readFile(README, 'utf8'));
  const commands = block.trim().replaceAll('http://127.0.0.1:4599', server.url).split('\n');
  const home = join(server.data, 'home');
  const [browserOf, address] = [join(home, 'browser'), join(home, 'opened')];
  await mkdir(home);
  await writeFile(browserOf, `#!/bin/sh\necho "$1" >${address}\n`, { mode: 0o755 });
  const environment = {
    HOME: home,
    BROWSER: browserOf,
    PATH: `${dirname(REGENT)}:${process.env.PATH}`,
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  const told = [];
  for (const command of commands) {
    const running = run('sh', ['-c', command], environment);
    if (command.startsWith('regent login')) {
      await page.goto(await opened(address));
      await button(page, 'Allow').click();
      await page.getByText('You are signed in').waitFor();
    }
    const { stdout, stderr, status } = await running;
    assert.equal(status, 0, `${command}: ${stderr}`);
    told.push(stdout);
  }
  assert.match(told.at(-1), /assumed-role\/regent-demo\/ana/);
});

test('an access key of one\'s own leads to credentials, and nothing of them stays in the browser', async () => {
  const page = await openPage(browser);
  const { account, key } = await setUp(page);
  const environment = await draw(page);
  const { stdout, stderr } = await whoAmI(environment);
  assert.equal(JSON.parse(stdout || '{}').Arn ?? stderr, `arn:aws:sts::${account}:assumed-role/reader/ana`);
  await page.getByText(environment.AWS_ACCESS_KEY_ID).waitFor();
  const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, location.href]));
  const shown = await page.content();
  for (const secret of [environment.AWS_SECRET_ACCESS_KEY, environment.AWS_SESSION_TOKEN, key.SecretAccessKey]) {
    assert.ok(secret.length > 16 && !kept.includes(secret) && !shown.includes(secret));
  }
});

test('the conditions of a grant are kept as they were set', async () => {
  const page = await openPage(browser);
  await tryDemo(page);
  await page.goto(at('/connectors'));
  await page.getByRole('link', { name: 'Regent demo' }).click();
  await page.getByRole('button', { name: /^Conditions of/ }).click();
  const dialog = page.getByRole('dialog');
  await check(dialog, 'checkbox', 'Only at certain hours');
  await check(dialog, 'checkbox', /second factor/);
  await dialog.getByLabel('Within minutes').fill('15');
  await dialog.getByLabel('Last day').fill('2099-03-31');
  await assertSound(page, 'the conditions of a grant');
  await button(page, 'Apply').click();
  // The connector is saved first, what is shared of it after.
  const saved = answered(page, 'PUT', '/grants');
  await button(page, 'Save changes').click();
  assert.equal((await saved).status(), 200, await (await saved).text());
  const [grant] = (await (await page.request.get(`${server.url}/api/v1/connectors/regent-demo/grants`)).json()).grants;
  assert.deepEqual(grant.conditions.hours, {
    days: ['mon', 'tue', 'wed', 'thu', 'fri'],
    from: '08:00',
    to: '18:00',
    timezone: 'Europe/Berlin',
  });
  assert.equal(grant.conditions.mfa, 15);
  assert.equal(grant.expires_at, '2099-03-31T23:59:59Z');
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
  const { slug } = await setUp(page);
  const connector = await page.request.get(`${server.url}/api/v1/connectors/${slug}`);
  assert.equal(connector.status(), 200, `there is a connector ${slug}`);
  await addPerson(page, 'ben');

  const stranger = await openPage(browser);
  await signIn(stranger, 'ben', 'not the password');
  await stranger.getByRole('alert').waitFor();
  await signIn(stranger, 'ben');
  // With a password that the administrator knows he comes as far as changing it.
  await heading(stranger, 'Choose a password');
  await assertSound(stranger, 'a first password');
  assert.equal((await stranger.request.get(`${server.url}/api/v1/me/connectors`)).status(), 403);
  // Wherever he was going: the page goes on from there.
  await stranger.goto(at('/device'));
  await heading(stranger, 'Choose a password');
  await assertSound(stranger, 'a first password on the way');
  await stranger.getByLabel('Password now').fill(PASSWORD);
  await stranger.getByLabel('New password').fill('a short walk by the sea');
  await button(stranger, 'Change password').click();
  await heading(stranger, 'Sign in a device?');
  await stranger.goto(at('/'));
  await stranger.getByText('Nothing is shared with you yet').waitFor();
  await assertSound(stranger, 'My access of a stranger');
  // What the page does not show, the server does not do either.
  const session = await (await stranger.request.get(`${server.url}/api/v1/auth/session`)).json();
  const headers = { 'x-regent-csrf': session.csrf, origin: server.url };
  const asked = await stranger.request.post(`${server.url}/api/v1/connectors/${slug}/credentials`, { headers, data: {} });
  assert.equal(asked.status(), 404, 'who is not granted a connector does not learn that there is one');
  const people = await stranger.request.get(`${server.url}/api/v1/users`);
  assert.equal(people.status(), 403);
  await stranger.goto(at('/people'));
  await stranger.getByRole('alert').waitFor();
  await assertSound(stranger, 'a closed door');
});

test('the classic script opens the console as a role', async () => {
  const { account, key } = await makeBroker();
  const script = await run('python3', [SCRIPT, account, 'reader', 'ana'], {
    ...server.environment,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ACCESS_KEY_ID: key.AccessKeyId,
    AWS_SECRET_ACCESS_KEY: key.SecretAccessKey,
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
  await opened.getByText(/assumed-role\/reader\/ana/).first().waitFor();
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
  const table = page.getByRole('grid', { name: 'Sessions' });
  await table.getByText(first.AWS_ACCESS_KEY_ID).waitFor({ state: 'detached' });
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
  await becomeAdministrator(page);
  await page.goto(at('/sign-in'));
  await button(page, 'Add passkey').click();
  await page.getByText('Passkey 1').waitFor();
  await page.getByRole('button', { name: 'Ana Diaz' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await button(page, 'Sign in with a passkey').click();
  await heading(page, 'My sign-in');
  await assertSound(page, 'My sign-in after a passkey');
});
