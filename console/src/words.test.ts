import { describe, expect, test } from 'vitest';
import { BLANK as BLANK_ACCOUNT, sendable as sendableAccount } from './accounts/kinds';
import type { Grant } from './api/types';
import { httpUrl, switchRole } from './aws/console';
import { BLANK, sendable } from './connectors/draft';
import { slugOf } from './connectors/slug';
import { describe as describeGrant, endOf, lastDay } from './grants/conditions';
import { subjectKey, subjectOf } from './grants/subject';
import { askOf, isLoopback } from './handover/loopback';
import { laidOut } from './policies/layout';

test.each([
  ['Production (read only)', 'production-read-only'],
  ['Größe & Café', 'gro-e-cafe'],
  ['--x--', 'x'],
  ['名前', ''],
])('the short name of «%s» is «%s»', (name, slug) => {
  expect(slugOf(name)).toBe(slug);
});

describe('a connector is sent', () => {
  const draft = {
    ...BLANK,
    name: 'n',
    slug: 's',
    account_id: 'a',
    role_arn: 'arn',
    external_id: 'x',
    inline_policy: '{}',
    omit_policy: true,
  };

  test('without what its type cannot carry', () => {
    const session = sendable({ ...draft, principal_type: 'iam_user_session' });
    expect(session).toMatchObject({ policy_arns: [], omit_policy: false, console: 'denied', session_tags: {} });
    expect(session.role_arn ?? session.external_id ?? session.inline_policy).toBeUndefined();
    expect(sendable({ ...draft, principal_type: 'federated_user' })).toMatchObject({
      inline_policy: '{}',
      omit_policy: true,
    });
    expect(sendable(draft)).toMatchObject({ role_arn: 'arn', external_id: 'x', omit_policy: false });
  });

  test('without empty texts', () => {
    expect('region_hint' in sendable({ ...draft, region_hint: '' })).toBe(false);
  });
});

test('an account is sent with what its kind has, and no empty secret', () => {
  const draft = {
    ...BLANK_ACCOUNT,
    name: 'n',
    upstream_id: 'u',
    region: 'r',
    access_key_id: 'AKIA',
    secret_access_key: '',
    regent_role_arn: 'arn',
  };
  expect(sendableAccount({ ...draft, kind: 'access_key' })).not.toHaveProperty('secret_access_key');
  expect(sendableAccount({ ...draft, kind: 'regent_role' })).toEqual({
    name: 'n',
    kind: 'regent_role',
    partition: 'aws',
    upstream_id: 'u',
    region: 'r',
    root_confirmed: false,
    disabled: false,
    regent_role_arn: 'arn',
  });
});

test.each([
  ['http://127.0.0.1:49152/callback', true],
  ['http://[::1]:49152/callback', true],
  ['http://localhost:8080/', true],
  ['https://127.0.0.1:49152/', false],
  ['http://127.0.0.1/', false],
  ['http://127.0.0.1.evil.example:80/', false],
  ['http://127.0.0.1:1@evil.example:80/', false],
  ['http://user@127.0.0.1:8080/', false],
  ['javascript:alert(1)', false],
  ['//evil.example:8080', false],
  ['', false],
])('whether «%s» leads back to this machine: %s', (address, expected) => {
  expect(isLoopback(address)).toBe(expected);
});

test('a command line is heard only with a proper challenge', () => {
  const ask = (challenge: string, method = 'S256') =>
    askOf(
      `?redirect_uri=http%3A%2F%2F127.0.0.1%3A8080%2F&code_challenge=${challenge}&code_challenge_method=${method}&state=s&client=laptop`,
    );
  expect(ask('a'.repeat(43))).toMatchObject({ client: 'laptop', state: 's' });
  expect(ask('a'.repeat(43), 'plain')).toBeUndefined();
  expect(ask('short')).toBeUndefined();
});

test('an issuer is a link only over http', () => {
  expect(httpUrl('https://portal.example.com/a')).toBe('https://portal.example.com/a');
  for (const bad of ['javascript:alert(1)', 'data:text/html,x', '/console', undefined, 7]) {
    expect(httpUrl(bad)).toBeUndefined();
  }
});

test('what is switched to is escaped', () => {
  expect(switchRole({ account: '111122223333', role: 'a&b', name: '', color: '' })).toBe(
    '/switchrole?account=111122223333&roleName=a%26b',
  );
});

test('a grant tells its conditions', () => {
  const grant: Grant = { subject: { group: 'g' }, effect: 'use', conditions: {} };
  expect(describeGrant(grant)).toBe('always');
  expect(describeGrant({ ...grant, conditions: { mfa: true } })).toBe('second factor');
  expect(
    describeGrant({
      ...grant,
      conditions: {
        hours: { days: ['mon', 'tue'], from: '08:00', to: '18:00', timezone: 'Europe/Berlin' },
        cidrs: ['10.0.0.0/8'],
        mfa: 10,
      },
      expires_at: '2027-03-31T23:59:59Z',
    }),
  ).toBe(
    'Mon, Tue 08:00–18:00 Europe/Berlin · from 10.0.0.0/8 · second factor within 10 min · until 2027-03-31 23:59:59 UTC',
  );
});

test.each([
  ['2099-03-31', '2099-03-31T23:59:59.000Z'],
  [' 2028-02-29 ', '2028-02-29T23:59:59.000Z'],
  // the day that was there: an end in its middle stays
  ['2027-03-31', '2027-03-31T08:00:00Z'],
  ['', null],
  ['  ', null],
  ['2027-02-29', undefined],
  ['2027-13-01', undefined],
  ['2027-3-1', undefined],
  ['31.03.2027', undefined],
  ['soon', undefined],
])('a grant whose last day is written «%s» ends at %s', (written, end) => {
  const grant: Grant = { subject: { group: 'g' }, effect: 'use', conditions: {}, expires_at: '2027-03-31T08:00:00Z' };
  expect(lastDay(grant)).toBe('2027-03-31');
  expect(endOf(grant, written)).toBe(end);
});

test('a subject survives being a text', () => {
  for (const subject of [{ group: 'a' }, { user: 'b' }, { system_caller: 'c:d' }]) {
    expect(subjectOf(subjectKey(subject))).toEqual(subject);
  }
});

test('a policy is laid out, and what is none is left alone', () => {
  expect(laidOut('{"Version":"2012-10-17"}')).toBe('{\n  "Version": "2012-10-17"\n}');
  expect(laidOut('{"Version":')).toBeUndefined();
});
