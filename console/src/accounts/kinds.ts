import type { Draft, ToldOnly } from '../api/collections';
import type { AccountKind, Partition } from '../api/types';

export const KINDS: Record<AccountKind, { name: string; explained: string }> = {
  regent_role: {
    name: "Role of Regent's IAM",
    explained: 'A role in the IAM that Regent itself serves. No key at all; works offline.',
  },
  access_key: {
    name: 'Access key',
    explained: 'The long-term key of an IAM user. Sealed at rest, never shown again.',
  },
  ambient: {
    name: "This host's role",
    explained: 'The credentials of the machine Regent runs on. Nothing to store.',
  },
  hop: { name: 'Hop', explained: 'A role assumed from another account of this list first. Sessions last one hour.' },
};

export const PARTITIONS: { value: Partition; label: string }[] = [
  { value: 'aws', label: 'AWS' },
  { value: 'aws-cn', label: 'AWS China' },
  { value: 'aws-us-gov', label: 'AWS GovCloud (US)' },
  { value: 'aws-iso', label: 'AWS ISO' },
  { value: 'aws-iso-b', label: 'AWS ISO-B' },
];

export type AccountDraft = Draft<'/accounts'>;

export const READ_ONLY: ToldOnly<'/accounts'>[] = [
  'secret_set_at',
  'principal_kind',
  'aws_account_id',
  'principal_arn',
  'status',
  'used_by',
];

export const BLANK: AccountDraft = {
  name: '',
  kind: 'access_key',
  partition: 'aws',
  upstream_id: 'upst_embedded',
  region: 'us-east-1',
  root_confirmed: false,
  disabled: false,
};

/** The draft as it is sent: only what its kind has; an empty secret keeps the one that is set. */
export function sendable(draft: AccountDraft): AccountDraft {
  const { name, kind, partition, upstream_id, region, root_confirmed, rotate_every_days, disabled } = draft;
  const sent: AccountDraft = { name, kind, partition, upstream_id, region, root_confirmed, disabled };
  switch (kind) {
    case 'access_key':
      return {
        ...sent,
        access_key_id: draft.access_key_id,
        ...(draft.secret_access_key ? { secret_access_key: draft.secret_access_key } : {}),
        ...(draft.mfa_serial ? { mfa_serial: draft.mfa_serial } : {}),
        ...(rotate_every_days ? { rotate_every_days } : {}),
      };
    case 'hop':
      return { ...sent, hop: draft.hop };
    case 'regent_role':
      return { ...sent, regent_role_arn: draft.regent_role_arn };
    case 'ambient':
      return sent;
  }
}
