// @ts-check
// An organization as a busy one looks: what the screens show while they are looked at and examined. The browser asks the
// real console of the real binary; only the answers of the REST API come from here, by way of `scenery.js`. The walks use none of this.
// What else is asked stands in `answers.js`. What stands for answers in either is held to the API's document: the console's own `npm run check` reads them, too.

/** @import { Collection, Thing } from '../../console/src/api/collections' */
/** @import { Connector, Me, Session, Usable, User } from '../../console/src/api/types' */

const NOW = Date.now();
/** @param {number} hours */
export const ago = (hours) => new Date(NOW - hours * 3_600_000).toISOString();
/** @param {number} minutes */
export const ahead = (minutes) => new Date(NOW + minutes * 60_000).toISOString();
/** @type {<More>(id: string, more: More) => More & { id: string, revision: number, created_at: string, created_by: string, updated_at: string, updated_by: string }} */
const stored = (id, more) => ({
  id,
  revision: 3,
  created_at: ago(900),
  created_by: 'usr_ana',
  updated_at: ago(40),
  updated_by: 'usr_ana',
  ...more,
});

/** @type {Me} */
export const ME = {
  kind: 'person',
  id: 'usr_ana',
  name: 'ana',
  display_name: 'Ana Diaz',
  email: 'ana@example.com',
  source: 'local',
  roles: ['administrator'],
  groups: [{ id: 'grp_plat', name: 'platform' }],
  mfa_methods: ['totp'],
  sign_in: { expires_at: ahead(1200), idle_expires_at: ahead(470), mfa: true, mfa_at: ago(0.2), via: 'password' },
  csrf: 'csrf',
};

/** @type {Usable['account']} */
const PROD = { id: 'acct_prod', name: 'Production', partition: 'aws', aws_account_id: '111122223333' };
/** @type {Usable['account']} */
const DEV = { id: 'acct_dev', name: 'Development', partition: 'aws', aws_account_id: '444455556666' };
/** @type {Usable['account']} */
const DEMO = { id: 'acct_demo', name: 'Demonstration', partition: 'regent', aws_account_id: '123456789012' };
export const HOUR = { min: 900, max: 14_400, default: 3600, because: 'connector', because_text: 'The connector allows 4 hours.' };

/** @type {(id: string, slug: string, name: string, account: Usable['account'], more?: Partial<Usable>) => Usable} */
const usable = (id, slug, name, account, more = {}) => ({
  id,
  slug,
  name,
  description: '',
  labels: {},
  account,
  principal_type: 'assume_role',
  role_arn: `arn:aws:iam::${account.aws_account_id}:role/${slug}`,
  console: 'allowed',
  scope: 'user',
  region_hint: 'eu-central-1',
  lifetime: HOUR,
  via: 'grant:grnt_1',
  state: 'usable',
  ...more,
});

export const USABLE = [
  usable('conn_1', 'prod-ro', 'Production, read only', PROD, {
    description: 'Look at everything, change nothing.',
    labels: { env: 'prod', team: 'platform' },
  }),
  usable('conn_2', 'prod-admin', 'Production, administrator', PROD, {
    labels: { env: 'prod' },
    state: 'mfa_required',
    reason: 'Needs a second factor within 10 minutes',
    via: 'admin',
  }),
  usable('conn_3', 'dev', 'Development', DEV, { labels: { env: 'dev' }, scope: 'both' }),
  usable('conn_4', 'billing', 'Billing', PROD, { console: 'only', description: 'The bills, in the console only.' }),
  usable('conn_5', 'demo', 'Demonstration', DEMO, {
    lifetime: { ...HOUR, max: 3600, because: 'chained', because_text: 'The base credentials are temporary, AWS allows 1 hour.' },
  }),
  usable('conn_6', 'archive', 'Archive', DEV, { state: 'failing', reason: 'The role no longer trusts the account', console: 'denied' }),
];

/** @type {(n: number, name: string, more?: Partial<Session>) => Session} */
const session = (n, name, more = {}) => ({
  id: `sess_${n}`,
  connector: { id: 'conn_1', slug: 'prod-ro', name: 'Production, read only' },
  connector_revision: 3,
  account_id: 'acct_prod',
  upstream_id: 'upst_aws',
  caller: { type: 'person', id: `usr_${name}`, name },
  via: 'grant:grnt_1',
  principal_type: 'assume_role',
  arn: `arn:aws:sts::111122223333:assumed-role/prod-ro/${name}`,
  access_key_id: `ASIAEXAMPLE${n}QRSTUVW`.slice(0, 20),
  session_name: name,
  source_identity: `${name}@example.com`,
  tags: { team: 'platform' },
  issued_at: ago(0.4),
  expires_at: ahead(34),
  purpose: 'api',
  client: { ip: '192.0.2.14', user_agent: 'regent/0.1.0' },
  state: 'active',
  revocable: true,
  effect_note: 'This session stops at once, and only this one.',
  ...more,
});
export const SESSIONS = [
  session(1, 'ana'),
  session(2, 'ana', { purpose: 'console', expires_at: ahead(3), connector: { id: 'conn_4', slug: 'billing', name: 'Billing' } }),
  session(3, 'ben'),
  session(4, 'ci-shop', { caller: { type: 'system_caller', id: 'sys_1', name: 'ci-shop' } }),
];

export const POLICY = JSON.stringify(
  { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: ['s3:GetObject', 's3:ListBucket'], Resource: '*' }] },
  null,
  2,
);
/** @type {(id: string, slug: string, name: string, account_id: string, more?: Partial<Connector>) => Connector} */
const connector = (id, slug, name, account_id, more = {}) =>
  stored(id, {
    name,
    slug,
    description: '',
    labels: { env: 'prod' },
    account_id,
    principal_type: 'assume_role',
    role_arn: `arn:aws:iam::111122223333:role/${slug}`,
    external_id: 'f3b1c0',
    inline_policy: POLICY,
    policy_arns: [],
    omit_policy: false,
    max_seconds: 14_400,
    console: 'allowed',
    scope: 'user',
    session_name_template: '${user.name}',
    source_identity_template: '${user.id_or_email}',
    session_tags: { team: { template: '${user.attr.team}', lossy: false, transitive: false } },
    access_mode: 'standing',
    require_mfa: 'no',
    grants: [{ id: 'grnt_1', subject: { group: 'grp_plat' }, effect: 'use', conditions: {} }],
    health: { status: 'ok' },
    last_used_at: ago(2),
    ...more,
  });
const CONNECTORS = [
  connector('conn_1', 'prod-ro', 'Production, read only', 'acct_prod'),
  connector('conn_2', 'prod-admin', 'Production, administrator', 'acct_prod', {
    grants: [
      {
        id: 'grnt_2',
        subject: { group: 'grp_plat' },
        effect: 'use',
        conditions: { hours: { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:00', to: '18:00', timezone: 'Europe/Berlin' }, mfa: 10 },
      },
    ],
    health: { status: 'failing', code: 'trust_denied', since: Math.floor(NOW / 1000) - 18_000 },
  }),
  connector('conn_3', 'dev', 'Development', 'acct_dev', { scope: 'both', health: { status: 'untested' }, last_used_at: undefined }),
  connector('conn_4', 'billing', 'Billing', 'acct_prod', { disabled: { reason: 'Under review', at: ago(20), by: 'usr_ana' }, grants: [] }),
];

/** @type {Thing<'/accounts'>[]} */
const ACCOUNTS = [
  stored('acct_prod', {
    name: 'Production',
    kind: 'access_key',
    partition: 'aws',
    upstream_id: 'upst_aws',
    region: 'eu-central-1',
    access_key_id: 'AKIAIOSFODNN7EXAMPLE',
    secret_set_at: ago(984),
    rotate_every_days: 90,
    root_confirmed: false,
    disabled: false,
    principal_kind: 'iam_user',
    aws_account_id: '111122223333',
    principal_arn: 'arn:aws:iam::111122223333:user/regent-broker',
    status: { status: 'ok' },
    used_by: [
      { id: 'conn_1', name: 'Production, read only' },
      { id: 'conn_2', name: 'Production, administrator' },
    ],
  }),
  stored('acct_dev', {
    name: 'Development',
    kind: 'hop',
    partition: 'aws',
    upstream_id: 'upst_aws',
    region: 'eu-central-1',
    hop: { base: 'acct_prod', role_arn: 'arn:aws:iam::444455556666:role/broker' },
    root_confirmed: false,
    disabled: false,
    principal_kind: 'role',
    aws_account_id: '444455556666',
    status: { status: 'failing', code: 'base_key_expired', since: Math.floor(NOW / 1000) - 10_800 },
    used_by: [{ id: 'conn_3', name: 'Development' }],
  }),
  stored('acct_demo', {
    name: 'Demonstration',
    kind: 'regent_role',
    partition: 'aws',
    upstream_id: 'upst_embedded',
    region: 'us-east-1',
    regent_role_arn: 'arn:aws:iam::123456789012:role/regent-broker',
    root_confirmed: false,
    disabled: false,
    principal_kind: 'role',
    aws_account_id: '123456789012',
    status: { status: 'ok' },
    used_by: [],
  }),
];

const PLAIN = { allow_private: false, dual_stack: false, fips: false };
/** @type {Thing<'/upstreams'>[]} */
const UPSTREAMS = [
  stored('upst_embedded', { name: "Regent's own", kind: 'embedded', tls: 'system', ...PLAIN }),
  stored('upst_aws', { name: 'AWS', kind: 'aws', tls: 'system', ...PLAIN }),
  stored('upst_lab', { name: 'Lab', kind: 'custom', sts_url: 'https://sts.lab.example.com', tls: 'system', sigv4_region: 'us-east-1', ...PLAIN }),
];

/** @type {[string, string, User['roles'], string[], number][]} */
const PEOPLE = [
  ['ana', 'Ana Diaz', ['administrator'], ['totp', 'passkey'], 1],
  ['ben', 'Ben Okafor', [], [], 30],
  ['chi', 'Chi Nguyen', ['auditor', 'operator'], ['totp'], 300],
];
/** @type {User[]} */
const USERS = PEOPLE.map(([name, display_name, roles, mfa_methods, hours], index) =>
  stored(`usr_${name}`, {
    name,
    display_name,
    email: `${name}@example.com`,
    source: index === 2 ? 'oidc:Example Login' : 'local',
    attributes: { team: 'platform' },
    status: 'active',
    roles,
    groups: [{ id: 'grp_plat', name: 'platform' }],
    mfa_methods,
    must_change_password: false,
    last_login_at: ago(hours),
  }),
);

/** @type {Thing<'/groups'>[]} */
const GROUPS = [
  stored('grp_plat', { name: 'platform', description: 'Looks after the accounts', roles: [], members: ['usr_ana', 'usr_ben'], member_count: 2 }),
  stored('grp_dev', { name: 'developers', description: '', roles: [], members: [], mapped: { source: 'isrc_1', claim: 'groups', value: 'a1b2-c3d4' }, member_count: 0 }),
  stored('grp_aud', { name: 'auditors', description: 'Reads everything', roles: ['auditor'], members: ['usr_chi'], member_count: 1 }),
];

/** @type {Thing<'/identity-sources'>[]} */
const SOURCES = [
  stored('isrc_1', {
    name: 'Example Login',
    kind: 'oidc',
    issuer: 'https://login.example.com',
    client_id: 'regent',
    client_secret_set: true,
    scopes: ['openid', 'profile', 'email', 'groups'],
    claims: { name: 'preferred_username', email: 'email', groups: 'groups', display_name: 'name', trust_email: false, attributes: {} },
    group_max_age_seconds: 900,
    create_people: 'mapped_group',
    disabled: false,
  }),
];

/** @type {Thing<'/system-callers'>[]} */
const CALLERS = [
  stored('sys_1', {
    name: 'ci-shop',
    description: 'Builds of the shop',
    owner_group: 'grp_plat',
    auth: { kind: 'jwt', issuer: 'https://ci.example.com', audience: 'regent', matchers: { sub: 'repo:example/shop:*' } },
    status: 'active',
    last_used_at: ago(1),
  }),
  stored('sys_2', { name: 'nightly-report', description: '', auth: { kind: 'token', prefix: 'rgt_7hq2', expires_at: ahead(60_000) }, status: 'active', last_used_at: ago(2600) }),
];

/** @type {{ [C in Collection as C extends `/${infer Name}` ? Name : never]: Thing<C>[] }} */
export const COLLECTIONS = {
  connectors: CONNECTORS,
  accounts: ACCOUNTS,
  upstreams: UPSTREAMS,
  users: USERS,
  groups: GROUPS,
  'identity-sources': SOURCES,
  'system-callers': CALLERS,
};
