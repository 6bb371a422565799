// @ts-check
// What the organization of `organization.js` is told when it asks: of the policies, of a test, of what happened.

/** @import { Address, Answer } from '../../console/src/api/contract' */
/** @import { AuditEvent, GalleryCard, Issued, Preview, Status, TestStep } from '../../console/src/api/types' */
import { ago, ahead, HOUR, ME, POLICY, SESSIONS, USABLE } from './organization.js';

/**
 * What is told at an address, by the method and what the browser asks for.
 * @typedef {{ [P in Address<'get'> as `GET /api/v1${P}`]?: Answer<'get', P> } & { [P in Address<'post'> as `POST /api/v1${P}`]?: Answer<'post', P> }} Answers
 */

/** @type {(number: number, id: string, title: string, explanation: string, tags: string[], policy: string | object, variables?: GalleryCard['variables']) => GalleryCard} */
const card = (number, id, title, explanation, tags, policy, variables = []) => ({
  id,
  number,
  title,
  explanation,
  tags,
  kind: typeof policy === 'string' ? 'managed' : 'session',
  policy: typeof policy === 'string' ? policy : JSON.stringify(policy),
  variables,
  works_with: ['assume_role', 'federated_user'],
  notes: [],
});
const GALLERY = [
  card(9, 'everything-but-identity', 'Everything except identity', 'All services but those that give out access.', ['broad'], JSON.parse(POLICY)),
  card(11, 'one-bucket-read', 'One bucket, read', 'List one bucket and read what is in it.', ['s3', 'read'], JSON.parse(POLICY), [
    { name: 'BUCKET', blank: '{{BUCKET}}', what: 'The name of the bucket', example: 'reports', pattern: 'bucket', regex: '^[a-z0-9.-]+$', expected: 'the name of a bucket', many: false, optional: false },
  ]),
  card(16, 'office-network', 'Office network only', 'Refuses every call that does not come from the office.', ['network', 'deny'], JSON.parse(POLICY)),
  card(6, 'read-only', 'Read only (broad)', 'The managed policy of AWS for reading.', ['read'], 'arn:aws:iam::aws:policy/ReadOnlyAccess'),
];

/** @type {[Answer<'post', '/connectors/test'>['steps'][number]['name'], TestStep['status'], string, string?][]} */
const TRIED = [
  ['clock', 'ok', 'The clocks agree within a second.'],
  ['reach', 'ok', 'The endpoint answers.'],
  ['base', 'ok', 'The access key works.'],
  ['identity', 'ok', 'They are arn:aws:iam::111122223333:user/regent-broker.'],
  ['render', 'ok', 'Every template has its value.'],
  ['call', 'warn', 'The policy takes 84 % of the space.', 'Leave room for tags: use managed policies.'],
  ['console', 'skipped', 'Not asked for.'],
];
/** @type {Answer<'post', '/connectors/test'>['steps']} */
export const STEPS = TRIED.map(([name, status, text, fix], index) => ({ number: index + 1, name, status, text, fix }));

/** What an account is told whose credentials are those of another AWS account now. @type {Answer<'post', '/accounts/{id}/test'>} */
export const MOVED = {
  ok: false,
  aws_account_id: '999988887777',
  steps: [
    ...STEPS.slice(0, 3),
    {
      number: 4,
      name: 'identity',
      status: 'fail',
      code: 'account_changed',
      text: 'This account now answers as another AWS account: 999988887777, and it was 111122223333.',
      fix: 'Put the former credentials back, or confirm.',
    },
  ],
};

/** @type {Preview} */
export const PREVIEW = {
  lifetime: { ...HOUR, warnings: [] },
  policy: { characters: 412, limit: 2048 },
  session_name: 'ana',
  session_arn: 'arn:aws:sts::111122223333:assumed-role/prod-ro/ana',
  source_identity: 'ana@example.com',
  tags: { team: 'platform' },
  who: { people: 2, groups: [{ id: 'grp_plat', name: 'platform', members: 2 }], system_callers: 0 },
  problems: [],
  capabilities: [],
};

const TRUST = `{
  "Version": "2012-10-17",
  "Statement": [{
    "Effect": "Allow",
    "Principal": { "AWS": "arn:aws:iam::111122223333:user/regent-broker" },
    "Action": ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"],
    "Condition": { "StringEquals": { "sts:ExternalId": "f3b1c0" } }
  }]
}`;
const FORMS = { json: TRUST, terraform: 'resource "aws_iam_role" "prod_ro" {}', cli: 'aws iam update-assume-role-policy' };

/** @type {[string, string, number, string, string?][]} */
const HAPPENED = [
  ['credentials.issue', 'ok', 0.2, 'ana'],
  ['login', 'ok', 0.3, 'ana'],
  ['credentials.issue', 'denied', 1, 'ben', 'not_granted'],
  ['connector.update', 'ok', 5, 'ana'],
  ['console.open', 'failed', 7, 'chi', 'trust_denied'],
];
/** @type {AuditEvent[]} */
const EVENTS = HAPPENED.map(([action, result, hours, name, error_code], index) => ({
  id: `audt_${index}`,
  seq: 1204 - index,
  at: ago(hours),
  actor: { type: 'person', id: `usr_${name}`, name, source: 'local' },
  action,
  connector: { id: 'conn_1', slug: 'prod-ro', name: 'Production, read only' },
  session:
    index === 0
      ? { id: 'sess_1', session_name: 'ana', access_key_id: 'ASIAEXAMPLE1QRSTUVW', arn: 'arn:aws:sts::111122223333:assumed-role/prod-ro/ana', seconds: 3600 }
      : undefined,
  via: 'grant:grnt_1',
  client: { ip: '192.0.2.14', user_agent: 'regent/0.1.0' },
  result,
  error_code,
  prev_hash: '591785b794601e212b260e25925636fd'.repeat(2),
  hash: 'b1946ac92492d2347c6235b4d2611184'.repeat(2),
}));

const AWS_SESSION = {
  arn: 'arn:aws:sts::123456789012:assumed-role/regent-demo/ana',
  account: '123456789012',
  account_alias: 'example',
  user_id: 'AROAEXAMPLE:ana',
  principal_type: 'AssumedRole',
  source_identity: 'ana@example.com',
  region: 'us-east-1',
  issued_at: ago(0.2),
  expires_at: ahead(48),
  issuer: 'https://regent.example.com/console/expired',
  can_switch_role: true,
  csrf: 'csrf',
};

/** @type {Issued} */
export const ISSUED = {
  access_key_id: 'ASIAEXAMPLE1QRSTUVW',
  secret_access_key: 'canary/secret/access/key/of/the/scenery',
  session_token: 'canary-session-token-of-the-scenery-'.repeat(6),
  expiration: ahead(60),
  region: 'eu-central-1',
  session_id: 'sess_9',
  arn: 'arn:aws:sts::111122223333:assumed-role/prod-ro/ana',
  warnings: [],
};

/** @type {<Item>(items: Item[]) => { items: Item[], next_cursor: null }} */
export const list = (items) => ({ items, next_cursor: null });
/** @type {Status} */
const STATUS = { version: '0.1.0', setup: 'done', sources: [{ id: 'isrc_1', name: 'Example Login', kind: 'oidc' }], passkeys: true, partition: 'aws', region: 'us-east-1', aws_endpoint: 'https://regent.example.com' };

/** @type {Answers & { 'GET /console/api/session': object }} */
export const FIXED = {
  'GET /api/v1/status': STATUS,
  'GET /api/v1/auth/session': { signed_in: true, csrf: 'csrf', me: ME },
  'GET /api/v1/me/connectors': list(USABLE),
  'GET /api/v1/me/sessions': list(SESSIONS.filter((one) => one.caller.name === 'ana')),
  'GET /api/v1/me/passkeys': list([{ id: 'pk_1', name: 'Laptop', created_at: ago(700) }]),
  'GET /api/v1/sessions': list(SESSIONS),
  'GET /api/v1/audit': list(EVENTS),
  'GET /api/v1/audit/verify': { ok: true, events: 1204, first: 1, anchors: 3 },
  'GET /api/v1/policies/gallery': list(GALLERY),
  'POST /api/v1/policies/lint': {
    admissible: true,
    variables: [],
    findings: [{ severity: 'security_warning', code: 'ALLOW_WITH_STAR', message: 'Using a wildcard in the resource lets the session read every bucket.', line: 10, column: 19, end_line: 10, end_column: 22 }],
    size: { characters: 412, limit: 2048, packed_percent: 23 },
  },
  'POST /api/v1/policies/simulate': { results: [{ action: 's3:GetObject', resource: '*', decision: 'allowed', text: 'Statement 1 allows s3:GetObject.', statements: [], explanation: {}, missing_context_keys: [] }] },
  'GET /api/v1/settings': { revision: 2, admins_use_all_connectors: true, cap_to_login: true, idle_minutes: 480, absolute_hours: 24, issue_per_minute: 30 },
  'POST /api/v1/connectors/preview': PREVIEW,
  'POST /api/v1/connectors/snippets': { trust: FORMS, base: FORMS, notes: [] },
  'POST /api/v1/connectors/test': { ok: true, steps: STEPS, arn: PREVIEW.session_arn },
  'GET /console/api/session': AWS_SESSION,
};
