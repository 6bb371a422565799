import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import type { Issued, Usable } from '../api/types';
import { covered, profile, written } from './forms';
import { matches, ordered } from './order';

const issued: Issued = {
  access_key_id: 'ASIAEXAMPLE',
  secret_access_key: `it's "quoted" $HOME \`id\` \\`,
  session_token: 'token',
  expiration: '2026-11-22T10:00:00Z',
  region: 'eu-central-1',
  endpoints: { sts: 'http://127.0.0.1:4599' },
  session_id: 'sess_1',
  arn: 'arn:aws:sts::111122223333:assumed-role/r/ana',
  warnings: [],
};

describe('credentials', () => {
  test('survive a shell', () => {
    const script = `${written(issued, 'shell')}\nprintf '%s' "$AWS_SECRET_ACCESS_KEY"`;
    expect(execFileSync('sh', ['-c', script], { encoding: 'utf8' })).toBe(issued.secret_access_key);
  });

  test('double their quotes for PowerShell', () => {
    expect(written(issued, 'powershell')).toContain(`$Env:AWS_SECRET_ACCESS_KEY = 'it''s "quoted"`);
  });

  test('name the endpoints of an upstream that is not AWS, and only those', () => {
    expect(written(issued, 'env')).toContain('AWS_ENDPOINT_URL_STS=http://127.0.0.1:4599');
    expect(written(issued, 'env')).not.toContain('AWS_ENDPOINT_URL_IAM');
  });

  test('have the form of a credential process as JSON', () => {
    expect(JSON.parse(written(issued, 'json'))).toEqual({
      Version: 1,
      AccessKeyId: 'ASIAEXAMPLE',
      SecretAccessKey: issued.secret_access_key,
      SessionToken: 'token',
      Expiration: '2026-11-22T10:00:00Z',
    });
  });

  test('show nothing secret while covered', () => {
    for (const form of ['shell', 'powershell', 'env', 'json'] as const) {
      const text = written(covered({ ...issued, secret_access_key: 'canary', session_token: 'bird' }), form);
      expect(text).not.toMatch(/canary|bird/);
      expect(text).toContain('ASIAEXAMPLE');
    }
  });

  test('come by themselves with a profile', () => {
    const connector = { slug: 'prod-ro', region_hint: 'eu-central-1', account: { partition: 'aws' as const } };
    const status = { aws_endpoint: 'https://aws.regent.example/', region: 'local-1' };
    expect(profile(connector, 'https://regent.example', status).split('\n')).toEqual([
      '[profile prod-ro]',
      'credential_process = regent credential-process prod-ro --server https://regent.example',
      'region = eu-central-1',
    ]);
    const own = { slug: 'own', account: { partition: 'regent' as const } };
    expect(profile(own, 'https://regent.example', status).split('\n')).toEqual([
      '[profile own]',
      'credential_process = regent credential-process own --server https://regent.example',
      'region = local-1',
      'endpoint_url = https://aws.regent.example',
    ]);
    expect(profile(own, 'https://regent.example')).toContain('\nendpoint_url = https://regent.example');
  });
});

describe('cards', () => {
  const card = (id: string, name: string, labels = {}) =>
    ({ id, name, slug: id, labels, account: { id: 'acct', name: 'Production', partition: 'aws' } }) as Usable;
  const cards = [card('c', 'Zoo'), card('b', 'Bees'), card('a', 'Ants', { env: 'prod' })];

  test('stand by favourite, then by use, then by name', () => {
    const names = (favourites: string[], recent: string[]) => ordered(cards, favourites, recent).map((one) => one.name);
    expect(names([], [])).toEqual(['Ants', 'Bees', 'Zoo']);
    expect(names([], ['b', 'c'])).toEqual(['Bees', 'Zoo', 'Ants']);
    expect(names(['c'], ['b'])).toEqual(['Zoo', 'Bees', 'Ants']);
  });

  test('are found by every word that was typed', () => {
    const [zoo, , ants] = cards as [Usable, Usable, Usable];
    expect(matches(ants, 'PROD ants')).toBe(true);
    expect(matches(ants, 'env=prod')).toBe(true);
    expect(matches(zoo, 'env=prod')).toBe(false);
    expect(matches(zoo, '')).toBe(true);
  });
});
