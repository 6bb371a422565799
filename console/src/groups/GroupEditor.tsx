import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Multiselect from '@cloudscape-design/components/multiselect';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useQuery } from '@tanstack/react-query';
import type { Draft } from '../api/collections';
import { groups, identitySources, users } from '../api/queries';
import type { Group } from '../api/types';
import { useGo, useParam } from '../frame/follow';
import { DeleteButton } from '../parts/DeleteButton';
import { Editor } from '../parts/Editor';
import { AreaField, ChoiceField, TextField } from '../parts/fields';
import { Loaded } from '../parts/Loaded';
import { told } from '../parts/notices';
import { type Form as FormOf, useForm } from '../parts/useForm';
import { RoleBoxes } from '../people/RoleBoxes';

const BLANK: Draft<'/groups'> = { name: '', description: '', roles: [], members: [] };

/** One group, new or stored. */
export function GroupEditor() {
  const id = useParam('id') ?? 'new';
  const query = useQuery({ ...groups.one(id), enabled: id !== 'new' });
  if (id === 'new') return <Form />;
  return (
    <Loaded query={query} what="the group">
      {(stored) => <Form key={stored.id} stored={stored} />}
    </Loaded>
  );
}

function Form({ stored }: { stored?: Group }) {
  const go = useGo();
  const editing = useForm({
    path: '/groups',
    stored,
    blank: BLANK,
    readOnly: ['member_count'],
    send: (draft) => (draft.mapped ? { ...draft, members: [] } : draft),
  });
  const { draft, set, error } = editing.form;
  return (
    <Editor
      title={stored?.name ?? 'Create group'}
      editing={editing}
      actions={
        stored && (
          <DeleteButton path="/groups" thing={stored}>
            <Box>A group that connectors are granted to cannot be deleted.</Box>
          </DeleteButton>
        )
      }
      onCancel={() => go('/groups')}
      onSave={async () => {
        const saved = await editing.save();
        if (!saved) return;
        told(`${saved.name} has been saved.`);
        await go('/groups');
      }}
    >
      <Container header={<Header variant="h2">Group</Header>}>
        <SpaceBetween size="m">
          <TextField
            label="Name"
            value={draft.name}
            onChange={(name) => set('name', name)}
            error={error('name')}
            autoFocus={!stored}
          />
          <AreaField
            label="Description"
            rows={2}
            hint="Optional"
            value={draft.description}
            onChange={(description) => set('description', description)}
            error={error('description')}
          />
        </SpaceBetween>
      </Container>
      <Members form={editing.form} />
      <Container header={<Header variant="h2">Roles in Regent</Header>}>
        <RoleBoxes roles={draft.roles} onChange={(roles) => set('roles', roles)} error={error('roles')} />
      </Container>
    </Editor>
  );
}

function Members({ form }: { form: FormOf<'/groups'> }) {
  const { draft, set, error } = form;
  const people = useQuery(users.list).data ?? [];
  const sources = useQuery(identitySources.list).data ?? [];
  const option = (id: string) => {
    const person = people.find((one) => one.id === id);
    return {
      value: id,
      label: person ? person.display_name || person.name : id,
      description: person?.email,
    };
  };
  const { mapped } = draft;
  return (
    <Container header={<Header variant="h2">Members</Header>}>
      <SpaceBetween size="m">
        <SegmentedControl
          label="Where the members come from"
          selectedId={mapped ? 'mapped' : 'listed'}
          onChange={({ detail }) =>
            set(
              'mapped',
              detail.selectedId === 'mapped' ? { source: sources[0]?.id ?? '', claim: 'groups', value: '' } : undefined,
            )
          }
          options={[
            { id: 'listed', text: 'Listed here' },
            { id: 'mapped', text: 'From an identity source' },
          ]}
        />
        {!mapped && (
          <FormField label="People" errorText={error('members')}>
            <Multiselect
              selectedOptions={draft.members.map(option)}
              options={people.map((person) => option(person.id))}
              onChange={({ detail }) =>
                set(
                  'members',
                  detail.selectedOptions.map((one) => one.value ?? ''),
                )
              }
              filteringType="auto"
              placeholder="Choose people"
              empty="There are no people yet"
            />
          </FormField>
        )}
        {mapped && sources.length === 0 && (
          <Alert type="info">There is no identity source yet. Add one in the settings first.</Alert>
        )}
        {mapped && (
          <SpaceBetween size="m">
            <ChoiceField
              label="Identity source"
              choices={sources.map((source) => ({ value: source.id, label: source.name }))}
              value={mapped.source || undefined}
              onChange={(source) => set('mapped', { ...mapped, source })}
              error={error('mapped.source')}
            />
            <TextField
              label="Claim"
              value={mapped.claim}
              onChange={(claim) => set('mapped', { ...mapped, claim })}
              error={error('mapped.claim')}
            />
            <TextField
              label="Value"
              description="The provider's own id of the group where it has one: names change."
              value={mapped.value}
              onChange={(value) => set('mapped', { ...mapped, value })}
              error={error('mapped.value')}
            />
          </SpaceBetween>
        )}
      </SpaceBetween>
    </Container>
  );
}
