import type { Draft, ToldOnly } from '../api/collections';
import type { PrincipalType } from '../api/types';

/** What a person writes of a connector. */
export type ConnectorDraft = Draft<'/connectors'>;

export const READ_ONLY: ToldOnly<'/connectors'>[] = ['disabled', 'health', 'last_used_at', 'role_max_seconds'];

export const BLANK: ConnectorDraft = {
  name: '',
  slug: '',
  description: '',
  labels: {},
  account_id: '',
  principal_type: 'assume_role',
  policy_arns: [],
  omit_policy: false,
  console: 'allowed',
  scope: 'user',
  session_name_template: '${user.name}',
  source_identity_template: '${user.id_or_email}',
  session_tags: {},
  access_mode: 'standing',
  require_mfa: 'no',
  grants: [],
};

const TAKES_POLICY: PrincipalType[] = ['assume_role', 'federated_user'];
const NAMES_THE_PERSON: PrincipalType[] = ['assume_role', 'federated_user'];

/** Whether AWS takes a session policy with this type. */
export const takesPolicy = (type: PrincipalType) => TAKES_POLICY.includes(type);
/** Whether the person is visible in the session. */
export const namesThePerson = (type: PrincipalType) => NAMES_THE_PERSON.includes(type);

/** The draft as it is sent: what its type cannot carry is left out, and empty texts are no texts. */
export function sendable(draft: ConnectorDraft): ConnectorDraft {
  const sent: ConnectorDraft = { ...draft };
  for (const [name, value] of Object.entries(sent)) {
    if (value === '' && name !== 'name' && name !== 'slug') delete sent[name as keyof ConnectorDraft];
  }
  if (draft.principal_type !== 'assume_role') {
    sent.role_arn = undefined;
    sent.external_id = undefined;
  }
  if (!takesPolicy(draft.principal_type)) {
    sent.inline_policy = undefined;
    sent.policy_arns = [];
  }
  if (draft.principal_type !== 'federated_user') sent.omit_policy = false;
  if (draft.principal_type !== 'assume_role') sent.source_identity_template = null;
  if (!namesThePerson(draft.principal_type)) sent.session_tags = {};
  if (draft.principal_type === 'iam_user_session') sent.console = 'denied';
  return sent;
}
