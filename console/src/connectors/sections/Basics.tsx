import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Tiles from '@cloudscape-design/components/tiles';
import { useQuery } from '@tanstack/react-query';
import { PRINCIPAL_TYPES } from '../../access/words';
import { accounts } from '../../api/queries';
import type { PrincipalType } from '../../api/types';
import { GoButton } from '../../frame/Go';
import { AreaField, ChoiceField, Pairs, TextField } from '../../parts/fields';
import { slugOf } from '../slug';
import type { Section } from './section';

export function Basics({ form, issue }: Section) {
  const { draft, set, change } = form;
  const named = (name: string) => {
    // The short name follows the name until somebody gives it one of its own, or it is known to others.
    const follows = form.isNew && draft.slug === slugOf(draft.name);
    change(follows ? { name, slug: slugOf(name) } : { name });
  };
  return (
    <Container header={<Header variant="h2">Name</Header>}>
      <SpaceBetween size="m">
        <TextField label="Name" value={draft.name} onChange={named} error={issue('name')} autoFocus={form.isNew} />
        <TextField
          label="Short name"
          description="What the command line, profiles and links call it."
          hint="a–z, 0–9 and hyphens, 2 to 64 characters"
          value={draft.slug}
          onChange={(slug) => set('slug', slug)}
          error={issue('slug')}
        />
        <AreaField
          label="Description"
          hint="Optional. People read it on the card."
          rows={2}
          value={draft.description}
          onChange={(description) => set('description', description)}
          error={issue('description')}
        />
        <FormField label="Labels" description="For search, such as env = prod." errorText={issue('labels')}>
          <Pairs
            pairs={draft.labels}
            onChange={(labels) => set('labels', labels)}
            names={{ key: 'Label', value: 'Value', add: 'Add label', empty: 'No labels' }}
          />
        </FormField>
      </SpaceBetween>
    </Container>
  );
}

const EXTERNAL_ID_BYTES = 16;

function newExternalId(): string {
  const random = crypto.getRandomValues(new Uint8Array(EXTERNAL_ID_BYTES));
  return Array.from(random, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function RoleAndType({ form, issue, capability }: Section) {
  const { draft, set } = form;
  const list = useQuery(accounts.list);
  const choices = (list.data ?? []).map((account) => ({
    value: account.id,
    label: account.name,
    description: account.principal_arn ?? account.aws_account_id,
  }));
  return (
    <Container header={<Header variant="h2">Where it leads</Header>}>
      <SpaceBetween size="m">
        <ChoiceField
          label="Account"
          description="Where the base credentials come from."
          choices={choices}
          value={draft.account_id || undefined}
          onChange={(id) => set('account_id', id)}
          error={issue('account_id')}
          find={choices.length > 8}
        />
        {list.data?.length === 0 && <GoButton path="/accounts/new">Add an account first</GoButton>}
        <FormField label="Type" errorText={issue('principal_type')} stretch>
          <Tiles
            value={draft.principal_type}
            onChange={({ detail }) => set('principal_type', detail.value as PrincipalType)}
            columns={2}
            items={Object.entries(PRINCIPAL_TYPES).map(([value, type]) => ({
              value,
              label: type.name,
              description: type.explained,
            }))}
          />
        </FormField>
        {draft.principal_type === 'assume_role' && (
          <SpaceBetween size="m">
            <TextField
              label="Role ARN"
              placeholder="arn:aws:iam::111122223333:role/Developer"
              value={draft.role_arn}
              onChange={(arn) => set('role_arn', arn.trim())}
              error={issue('role_arn')}
            />
            <TextField
              label="External ID"
              description="A shared word that the role's trust policy asks for, so that no other tenant can use it."
              hint={capability('external_id') ?? 'Optional, recommended across accounts'}
              value={draft.external_id}
              onChange={(id) => set('external_id', id)}
              error={issue('external_id')}
              disabled={Boolean(capability('external_id'))}
              beside={
                <Button formAction="none" onClick={() => set('external_id', newExternalId())}>
                  Generate
                </Button>
              }
            />
          </SpaceBetween>
        )}
      </SpaceBetween>
    </Container>
  );
}
