import Checkbox from '@cloudscape-design/components/checkbox';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Tiles from '@cloudscape-design/components/tiles';
import { useQuery } from '@tanstack/react-query';
import { accounts, upstreams } from '../api/queries';
import type { Account, AccountKind } from '../api/types';
import { ChoiceField, LifetimeField, TextField } from '../parts/fields';
import { relative } from '../parts/Moment';
import type { Form } from '../parts/useForm';
import { KINDS, PARTITIONS } from './kinds';

interface Props {
  form: Form<'/accounts'>;
  stored?: Account;
}

/** What is asked about an account. */
export function AccountFields({ form, stored }: Props) {
  const { draft, set, change, error } = form;
  const upstreamList = useQuery(upstreams.list).data ?? [];
  return (
    <Container header={<Header variant="h2">Account</Header>}>
      <SpaceBetween size="m">
        <TextField
          label="Name"
          value={draft.name}
          onChange={(name) => set('name', name)}
          error={error('name')}
          autoFocus={form.isNew}
        />
        <FormField label="Kind" errorText={error('kind')} stretch>
          <Tiles
            value={draft.kind}
            columns={2}
            onChange={({ detail }) => {
              const kind = detail.value as AccountKind;
              change(kind === 'regent_role' ? { kind, upstream_id: 'upst_embedded' } : { kind });
            }}
            items={Object.entries(KINDS).map(([value, kind]) => ({
              value,
              label: kind.name,
              description: kind.explained,
            }))}
          />
        </FormField>
        <ChoiceField
          label="Upstream"
          description="The STS endpoint that is asked."
          value={draft.upstream_id}
          disabled={draft.kind === 'regent_role'}
          onChange={(id) => set('upstream_id', id)}
          error={error('upstream_id')}
          choices={upstreamList.map((one) => ({
            value: one.id,
            label: one.name,
            description: one.sts_url ?? (one.kind === 'embedded' ? "Regent's own STS and IAM" : undefined),
          }))}
        />
        {draft.upstream_id !== 'upst_embedded' && (
          <ChoiceField
            label="Partition"
            choices={PARTITIONS}
            value={draft.partition}
            onChange={(value) => set('partition', value)}
            error={error('partition')}
          />
        )}
        <TextField
          label="Region"
          value={draft.region}
          onChange={(value) => set('region', value)}
          error={error('region')}
        />
        <KindFields form={form} stored={stored} />
      </SpaceBetween>
    </Container>
  );
}

function KindFields({ form, stored }: Props) {
  const { draft, set, error } = form;
  const others = (useQuery(accounts.list).data ?? []).filter((one) => one.id !== stored?.id);
  const hop = draft.hop ?? { base: '', role_arn: '' };
  switch (draft.kind) {
    case 'access_key':
      return (
        <SpaceBetween size="m">
          <TextField
            label="Access key ID"
            placeholder="AKIA…"
            value={draft.access_key_id}
            onChange={(value) => set('access_key_id', value.trim())}
            error={error('access_key_id')}
          />
          <TextField
            label="Secret access key"
            type="password"
            autoComplete="off"
            description="Sealed when it is saved, and never shown again."
            hint={
              stored?.secret_set_at &&
              `Set ${relative(stored.secret_set_at, Date.now())}. Leave empty to keep it; another key ID needs its own secret.`
            }
            value={draft.secret_access_key}
            onChange={(value) => set('secret_access_key', value)}
            error={error('secret_access_key')}
          />
          <TextField
            label="Rotate every"
            hint="Days. Empty: only by hand."
            inputMode="numeric"
            value={draft.rotate_every_days ? String(draft.rotate_every_days) : ''}
            onChange={(value) => set('rotate_every_days', Number.parseInt(value, 10) || undefined)}
            error={error('rotate_every_days')}
          />
          <Checkbox
            checked={draft.root_confirmed ?? false}
            onChange={({ detail }) => set('root_confirmed', detail.checked)}
            description="Refused otherwise. Nothing can limit such a key."
          >
            It may be the key of a root user
          </Checkbox>
        </SpaceBetween>
      );
    case 'regent_role':
      return (
        <TextField
          label="Role ARN"
          placeholder="arn:aws:iam::111122223333:role/regent-broker"
          value={draft.regent_role_arn}
          onChange={(value) => set('regent_role_arn', value.trim())}
          error={error('regent_role_arn')}
        />
      );
    case 'hop':
      return (
        <SpaceBetween size="m">
          <ChoiceField
            label="From account"
            value={hop.base || undefined}
            choices={others.map((one) => ({ value: one.id, label: one.name }))}
            onChange={(base) => set('hop', { ...hop, base })}
            error={error('hop.base') ?? error('hop')}
          />
          <TextField
            label="Role ARN"
            placeholder="arn:aws:iam::111122223333:role/broker"
            value={hop.role_arn}
            onChange={(role_arn) => set('hop', { ...hop, role_arn: role_arn.trim() })}
            error={error('hop.role_arn')}
          />
          <TextField
            label="External ID"
            hint="Optional"
            value={hop.external_id}
            onChange={(value) => set('hop', { ...hop, external_id: value || undefined })}
            error={error('hop.external_id')}
          />
          <LifetimeField
            label="Lifetime of the hop"
            hint="Optional"
            placeholder="1 h"
            seconds={hop.duration}
            onChange={(duration) => set('hop', { ...hop, duration })}
            error={error('hop.duration')}
          />
        </SpaceBetween>
      );
    case 'ambient':
      return null;
  }
}
