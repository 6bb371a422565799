/** What the REST API speaks of, as `/api/v1/openapi.json` describes it. */

/** What every stored thing carries. */
export interface Stored {
  id: string;
  revision: number;
  created_at: string;
  created_by?: string;
  updated_at: string;
  updated_by?: string;
}

/** What a person writes: everything but what the server keeps. */
export type Draft<Thing extends Stored> = Omit<Thing, keyof Stored>;

export interface Named {
  id: string;
  name: string;
}

export type Role = 'administrator' | 'auditor' | 'approver' | 'operator';
export type Labels = Record<string, string>;

export interface Status {
  version: string;
  setup: 'required' | 'done';
  sources: { id: string; name: string; kind: 'oidc' }[];
  passkeys: boolean;
  partition: string;
  region: string;
  aws_endpoint?: string;
}

export interface Me {
  kind: 'person' | 'system_caller';
  id: string;
  name: string;
  display_name: string;
  email?: string;
  source: string;
  roles: Role[];
  groups: Named[];
  groups_refreshed_at?: string;
  mfa_methods: ('totp' | 'passkey')[];
  /** The password is one-time and must be changed before anything else. */
  must_change_password?: boolean;
  sign_in?: { expires_at: string; idle_expires_at?: string; mfa: boolean; mfa_at?: string; via: string };
  csrf?: string;
}

export interface Lifetime {
  min: number;
  max: number;
  default: number;
  because?: string;
  because_text?: string;
  warnings?: Warning[];
}

export interface Warning {
  code: string;
  text: string;
}

export type PrincipalType = 'assume_role' | 'federated_user' | 'iam_user_session' | 'provided';
export type ConsoleAccess = 'allowed' | 'only' | 'denied';
export type Scope = 'user' | 'system' | 'both';

/** A connector as the person who may use it sees it. */
export interface Usable {
  id: string;
  slug: string;
  name: string;
  description?: string;
  labels: Labels;
  account: { id: string; name: string; partition: string; aws_account_id?: string };
  principal_type: PrincipalType;
  role_arn?: string;
  console: ConsoleAccess;
  scope: Scope;
  region_hint?: string;
  /** None, if no session is possible at all. */
  lifetime?: Lifetime;
  via?: string;
  state: 'usable' | 'mfa_required' | 'request_required' | 'disabled' | 'failing';
  reason?: string;
  last_used_at?: string;
}

export interface Session {
  id: string;
  connector: { id: string; slug: string; name: string };
  account_id: string;
  caller: { type: string; id: string; name: string };
  via: string;
  principal_type: PrincipalType;
  arn: string;
  access_key_id: string;
  session_name: string;
  source_identity?: string;
  tags?: Record<string, string>;
  policy_sha256?: string;
  packed_policy_percent?: number;
  issued_at: string;
  expires_at: string;
  purpose: string;
  client?: { ip?: string; user_agent?: string };
  upstream_request_id?: string;
  state: 'active' | 'expired' | 'revoked';
  revocable: boolean;
  effect_note?: string;
}

export interface Issued {
  access_key_id: string;
  secret_access_key: string;
  session_token: string;
  expiration: string;
  region?: string;
  endpoints?: { sts?: string; iam?: string };
  session_id: string;
  arn?: string;
  warnings: Warning[];
}

export interface ConsoleUrl {
  url: string;
  valid_until: string;
  session: { id: string; arn: string; expires_at: string };
  warnings: Warning[];
}

export type Subject = { group: string } | { user: string } | { system_caller: string };

export interface Conditions {
  hours?: { days: string[]; from: string; to: string; timezone: string };
  cidrs?: string[];
  /** A second factor no older than this. */
  mfa_minutes?: number;
}

export interface Grant {
  id?: string;
  subject: Subject;
  effect: 'use' | 'request' | 'approve';
  conditions?: Conditions;
  /** In seconds since 1970. */
  expires_at?: number;
}

export interface SessionTag {
  template: string;
  lossy?: boolean;
  transitive?: boolean;
}

export interface Connector extends Stored {
  name: string;
  slug: string;
  description?: string;
  labels: Labels;
  account_id: string;
  principal_type: PrincipalType;
  role_arn?: string;
  external_id?: string;
  inline_policy?: string;
  policy_arns: string[];
  omit_policy: boolean;
  max_seconds?: number;
  default_seconds?: number;
  console: ConsoleAccess;
  console_destination?: string;
  region_hint?: string;
  scope: Scope;
  session_name_template: string;
  source_identity_template?: string | null;
  session_tags: Record<string, SessionTag>;
  access_mode: 'standing' | 'request' | 'break_glass';
  require_mfa: 'no' | 'login' | 'fresh' | 'upstream';
  mfa_minutes?: number;
  network?: { cidrs: string[]; inject?: boolean };
  disabled?: { reason: string; at: string; by: string };
  grants: Grant[];
  health?: Health;
  last_used_at?: string;
}

/** How the last test or use went; `since` is in seconds since 1970. */
export interface Health {
  status: 'untested' | 'ok' | 'failing';
  code?: string;
  since?: number;
}

export interface FieldIssue {
  name: string;
  code: string;
  detail: string;
  fix?: string;
}

export interface Preview {
  lifetime?: Lifetime;
  policy?: { characters: number; limit?: number; packed_percent?: number };
  session_name?: string;
  session_arn?: string;
  source_identity?: string;
  tags?: Record<string, string>;
  who: { people: number; groups: { id: string; name: string; members: number }[]; system_callers: number | Named[] };
  problems: FieldIssue[];
  capabilities: { field: string; allowed: boolean; reason?: string }[];
}

export interface TestStep {
  number: number;
  name: string;
  status: 'ok' | 'warn' | 'fail' | 'skipped';
  text: string;
  fix?: string;
  code?: string;
}

export interface TestReport {
  ok: boolean;
  steps: TestStep[];
  arn?: string;
}

export interface SnippetForms {
  json: string;
  terraform: string;
  cli: string;
}

export interface Snippets {
  trust?: SnippetForms;
  base?: SnippetForms;
}

export interface Why {
  allowed: boolean;
  via?: string;
  text: string;
  statement?: Record<string, unknown>;
  explanation?: unknown;
  policies?: { name: string; document: unknown }[];
}

export type AccountKind = 'access_key' | 'ambient' | 'regent_role' | 'hop';

export interface Account extends Stored {
  name: string;
  kind: AccountKind;
  partition: string;
  upstream_id: string;
  region: string;
  access_key_id?: string;
  secret_access_key?: string;
  secret_set_at?: string;
  mfa_serial?: string;
  hop?: { base: string; role_arn: string; external_id?: string; duration?: number };
  regent_role_arn?: string;
  rotate_every_days?: number;
  principal_kind?: string;
  aws_account_id?: string;
  principal_arn?: string;
  root_confirmed?: boolean;
  disabled?: boolean;
  status?: Health;
  used_by?: Named[];
}

export interface Upstream extends Stored {
  name: string;
  kind: 'embedded' | 'aws' | 'custom';
  sts_url?: string;
  iam_url?: string;
  signin_url?: string;
  console_url?: string;
  tls: 'system' | 'ca_pem' | 'insecure_loopback_only';
  ca_pem?: string;
  proxy?: string;
  sigv4_region?: string;
  fips?: boolean;
  dual_stack?: boolean;
  capabilities?: unknown;
}

export interface User extends Stored {
  name: string;
  display_name: string;
  email?: string;
  source: string;
  external_subject?: string;
  attributes: Record<string, string>;
  status: 'active' | 'suspended';
  roles: Role[];
  groups?: Named[];
  mfa_methods?: string[];
  last_login_at?: string;
  password?: string;
}

export interface Group extends Stored {
  name: string;
  description?: string;
  roles: Role[];
  members: string[];
  mapped?: { source: string; claim: string; value: string };
  member_count?: number;
}

export interface IdentitySource extends Stored {
  name: string;
  kind: 'oidc';
  issuer: string;
  client_id: string;
  client_secret?: string;
  client_secret_set?: boolean;
  scopes: string[];
  claims: { name?: string; email?: string; groups?: string; display_name?: string };
  group_max_age_seconds?: number;
  create_people: 'never' | 'mapped_group';
  ca_pem?: string;
  disabled: boolean;
}

export type CallerAuth =
  | { kind: 'token'; prefix?: string; expires_at?: string }
  | { kind: 'jwt'; issuer: string; audience: string; jwks_url?: string; matchers: Record<string, string> };

export interface SystemCaller extends Stored {
  name: string;
  description?: string;
  owner_group?: string;
  auth: CallerAuth;
  status: 'active' | 'suspended';
  last_used_at?: string;
}

export interface AuditEvent {
  id: string;
  seq: number;
  at: string;
  actor: { type: string; id?: string; name?: string; source?: string };
  action: string;
  target?: { type?: string; id?: string; name?: string } | string;
  connector?: { id: string; slug?: string; name?: string } | string;
  session?: Record<string, unknown>;
  via?: string;
  reason?: string;
  client?: { ip?: string; user_agent?: string };
  result: 'ok' | 'denied' | 'failed';
  error_code?: string;
  upstream_request_id?: string;
  detail?: unknown;
  hash: string;
}

export interface Settings {
  revision?: number;
  admins_use_all_connectors: boolean;
  cap_to_login: boolean;
  idle_minutes: number;
  absolute_hours: number;
  issue_per_minute: number;
  console_issuer?: string;
  external_url?: string;
}
