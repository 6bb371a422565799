import type { PrincipalType, Usable } from '../api/types';

export const PRINCIPAL_TYPES: Record<PrincipalType, { name: string; explained: string }> = {
  assume_role: {
    name: 'Assumed role',
    explained: 'A session of a role, named after the person. Up to 12 hours, if the role allows it. The usual choice.',
  },
  federated_user: {
    name: 'Federated user',
    explained: 'Narrowed by a session policy, up to 36 hours. Cannot call IAM, nor STS beyond its own identity.',
  },
  iam_user_session: {
    name: 'IAM user session',
    explained: 'The IAM user itself for a while, up to 36 hours. No policy, no console; persons cannot be told apart.',
  },
  provided: {
    name: 'Provided',
    explained: "The host's own role, handed out unchanged for as long as it lasts. For system callers.",
  },
};

export const STATES: Record<Exclude<Usable['state'], 'usable'>, string> = {
  mfa_required: 'Needs a second factor',
  request_required: 'Needs approval',
  disabled: 'Disabled',
  failing: 'Failing',
};
