// Every screen, busy, empty, waiting and failing, wide and narrow, light and dark: nothing that axe can find, nothing that
// the content security policy stops, nothing that runs out of a small window. Pictures go to `screenshots/`.

import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { MOVED } from '../answers.js';
import { assertSound, loaded, NARROW, openPage, settled, startBrowser, WIDE } from '../browser.js';
import { dress } from '../scenery.js';
import { startServer, stopServer } from '../server.js';

const PICTURES = new URL('../screenshots/', import.meta.url).pathname;
const SIGNED_OUT = { 'GET /api/v1/auth/session': { signed_in: false } };
const FRESH = {
  ...SIGNED_OUT,
  'GET /api/v1/status': { version: '0.1.0', setup: 'required', sources: [], passkeys: true, partition: 'aws', region: 'us-east-1' },
};
const LOOPBACK = encodeURIComponent('http://127.0.0.1:49152/callback');
const ASK = `redirect_uri=${LOOPBACK}&code_challenge=${'a'.repeat(43)}&code_challenge_method=S256&state=s&client=laptop`;

/** Name, address, and what to do before looking. `main` ones are also looked at narrow and dark. */
const SCREENS = [
  { name: 'setup', path: '/', changes: FRESH, main: true },
  { name: 'setup-account', path: '/setup', act: (page) => page.addInitScript(() => localStorage.setItem('regent.setup', '{"step":2}')), early: true },
  { name: 'setup-share', path: '/setup', act: (page) => page.addInitScript(() => localStorage.setItem('regent.setup', '{"step":5,"connector":"conn_1"}')), early: true },
  { name: 'sign-in', path: '/', changes: SIGNED_OUT, main: true },
  { name: 'my-access', path: '/', main: true, lists: true },
  {
    name: 'credentials',
    path: '/',
    main: true,
    act: async (page) => {
      await page.getByRole('button', { name: 'Get credentials of Production, read only' }).click();
      await page.getByRole('tab', { name: 'Shell', exact: true }).click();
    },
  },
  {
    name: 'credentials-profile',
    path: '/',
    act: (page) => page.getByRole('button', { name: 'Get credentials of Production, read only' }).click(),
  },
  {
    name: 'credentials-issued',
    path: '/',
    act: async (page) => {
      await page.getByRole('button', { name: 'Get credentials of Production, read only' }).click();
      await page.getByRole('tab', { name: 'Shell', exact: true }).click();
      await page.getByRole('button', { name: 'Get credentials', exact: true }).click();
      await page.getByRole('button', { name: 'Reveal' }).waitFor();
    },
  },
  { name: 'my-sign-in', path: '/sign-in' },
  { name: 'connectors', path: '/connectors', main: true, lists: true },
  { name: 'connector', path: '/connectors/conn_1', main: true },
  { name: 'connector-new', path: '/connectors/new' },
  { name: 'accounts', path: '/accounts', lists: true },
  { name: 'account', path: '/accounts/acct_prod' },
  {
    name: 'account-moved',
    path: '/accounts/acct_prod',
    changes: { 'POST /api/v1/accounts/acct_prod/test': MOVED },
    act: async (page) => {
      await page.getByRole('button', { name: 'Test', exact: true }).click();
      await page.getByRole('button', { name: 'Accept AWS account 999988887777' }).click();
      await page.getByRole('dialog').getByText(/It was 111122223333/).waitFor();
    },
  },
  { name: 'people', path: '/people', lists: true },
  { name: 'person', path: '/people/usr_ben' },
  { name: 'groups', path: '/groups', lists: true },
  { name: 'group', path: '/groups/grp_dev' },
  { name: 'system-callers', path: '/system-callers', lists: true },
  { name: 'system-caller', path: '/system-callers/sys_1' },
  { name: 'grants', path: '/grants', main: true, lists: true },
  { name: 'sessions', path: '/sessions', main: true, lists: true },
  { name: 'policies', path: '/policies', main: true },
  { name: 'audit', path: '/audit', main: true, lists: true },
  { name: 'audit-event', path: '/audit', act: (page) => page.getByRole('button', { name: 'Got credentials, event 1204' }).click() },
  { name: 'settings', path: '/settings' },
  { name: 'source', path: '/settings/sources/isrc_1' },
  { name: 'upstream', path: '/settings/upstreams/upst_lab' },
  { name: 'authorize', path: `/authorize?${ASK}` },
  { name: 'device', path: '/device?user_code=BCDF-GHJK' },
  { name: 'go', path: '/go/prod-ro?dest=%2Fs3' },
  { name: 'aws-session', path: '/session', main: true },
  { name: 'expired', path: '/expired' },
  { name: 'missing', path: '/nowhere/at/all' },
];

let server;
let browser;
before(async () => {
  await mkdir(PICTURES, { recursive: true });
  [server, browser] = await Promise.all([startServer(), startBrowser()]);
});
after(async () => {
  await browser?.close();
  if (server) await stopServer(server);
});

/** Opens a screen and looks at it, light and, if asked to, dark: one colour follows the other as the system's setting does. */
async function look(screen, { width = WIDE, dark = false, mood = 'busy' } = {}) {
  const page = await openPage(browser, { viewport: width, colorScheme: 'light' });
  try {
    await dress(page, { mood, changes: screen.changes });
    if (screen.early) await screen.act(page);
    await page.goto(`${server.url}/console${screen.path}`, { waitUntil: 'load' });
    if (mood === 'slow') {
      await page.locator('h1').first().waitFor();
      await page.locator('main').getByText(/Loading /).first().waitFor();
    } else {
      await loaded(page);
    }
    if (screen.act && !screen.early) {
      await screen.act(page);
      await loaded(page);
    }
    const where = [screen.name, mood !== 'busy' && mood, width === NARROW ? '360' : '1280'].filter(Boolean).join('-');
    await examine(page, where);
    if (!dark) return;
    await page.emulateMedia({ colorScheme: 'dark' });
    await examine(page, `${where}-dark`);
  } finally {
    await page.context().close();
  }
}

async function examine(page, where) {
  await settled(page);
  await page.screenshot({ path: `${PICTURES}${where}.png`, fullPage: true });
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert.ok(overflow <= 1, `${where}: the page is ${overflow} pixels wider than the window`);
  await assertSound(page, where);
}

// A page mostly waits, for fonts and for what fades in, so that a few are looked at at a time.
describe('screens', { concurrency: 4 }, () => {
  for (const screen of SCREENS) {
    test(`${screen.name} is sound`, async () => {
      await look(screen, { dark: screen.main });
      await look(screen, { dark: screen.main, width: NARROW });
    });
    if (!screen.lists) continue;
    for (const mood of ['empty', 'broken', 'slow']) {
      test(`${screen.name} is sound when ${mood}`, () => look(screen, { mood }));
    }
  }
});
