import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Toggle from '@cloudscape-design/components/toggle';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { post } from '../api/client';
import type { Draft } from '../api/collections';
import { users } from '../api/queries';
import type { User } from '../api/types';
import { useGo, useParam } from '../frame/follow';
import { Go } from '../frame/Go';
import { Confirm } from '../parts/Confirm';
import { CodeBlock } from '../parts/Copyable';
import { DeleteButton } from '../parts/DeleteButton';
import { Editor } from '../parts/Editor';
import { Pairs, TextField } from '../parts/fields';
import { Loaded } from '../parts/Loaded';
import { told } from '../parts/notices';
import { useForm } from '../parts/useForm';
import { RoleBoxes } from './RoleBoxes';

const BLANK: Draft<'/users'> = {
  name: '',
  display_name: '',
  attributes: {},
  status: 'active',
  roles: [],
};

/** One person, new or known. */
export function PersonEditor() {
  const id = useParam('id') ?? 'new';
  const query = useQuery({ ...users.one(id), enabled: id !== 'new' });
  if (id === 'new') return <Form />;
  return (
    <Loaded query={query} what="the person">
      {(stored) => <Form key={stored.id} stored={stored} />}
    </Loaded>
  );
}

function Form({ stored }: { stored?: User }) {
  const go = useGo();
  const editing = useForm({
    path: '/users',
    stored,
    blank: BLANK,
    readOnly: ['source', 'external_subject', 'groups', 'mfa_methods', 'last_login_at', 'must_change_password'],
    send: ({ password, email, ...rest }) => ({
      ...rest,
      ...(email ? { email } : {}),
      ...(password ? { password } : {}),
    }),
  });
  const { draft, set, error } = editing.form;
  const local = !stored || stored.source === 'local';
  return (
    <Editor
      title={stored?.display_name || stored?.name || 'Add person'}
      editing={editing}
      actions={
        stored && (
          <SpaceBetween direction="horizontal" size="xs">
            {local && <ResetPassword person={stored} />}
            <DeleteButton path="/users" page="/people" thing={stored}>
              <Box>They can no longer sign in. What they were issued works until it ends or is revoked.</Box>
            </DeleteButton>
          </SpaceBetween>
        )
      }
      onCancel={() => go('/people')}
      onSave={async () => {
        const saved = await editing.save();
        if (!saved) return;
        told(`${saved.display_name || saved.name} has been saved.`);
        await go('/people');
      }}
    >
      <Container header={<Header variant="h2">Person</Header>}>
        <SpaceBetween size="m">
          <TextField
            label="Name"
            description="What they sign in with. It becomes the name of their sessions in AWS."
            value={draft.name}
            onChange={(name) => set('name', name.trim())}
            error={error('name')}
            disabled={Boolean(stored)}
            autoFocus={!stored}
          />
          <TextField
            label="Display name"
            value={draft.display_name}
            onChange={(value) => set('display_name', value)}
            error={error('display_name')}
          />
          <TextField
            label="E-mail"
            inputMode="email"
            value={draft.email}
            onChange={(email) => set('email', email.trim() || undefined)}
            error={error('email')}
          />
          {!stored && (
            <TextField
              label="First password"
              type="password"
              autoComplete="new-password"
              hint="At least 12 characters. They change it after signing in."
              value={draft.password}
              onChange={(password) => set('password', password)}
              error={error('password')}
            />
          )}
          {stored && (
            <FormField label="Groups">
              {stored.groups.length > 0
                ? stored.groups.map((group) => (
                    <div key={group.id}>
                      <Go path={`/groups/${group.id}`}>{group.name}</Go>
                    </div>
                  ))
                : 'In no group'}
            </FormField>
          )}
          <Toggle
            checked={draft.status === 'active'}
            onChange={({ detail }) => set('status', detail.checked ? 'active' : 'suspended')}
            description="A suspended person is refused at once, everywhere."
          >
            May sign in
          </Toggle>
        </SpaceBetween>
      </Container>
      <Container header={<Header variant="h2">Roles in Regent</Header>}>
        <RoleBoxes roles={draft.roles} onChange={(roles) => set('roles', roles)} error={error('roles')} />
      </Container>
      <Container
        header={
          <Header variant="h2" description="Templates fill them in as ${user.attr.name}.">
            Attributes
          </Header>
        }
      >
        <Pairs
          pairs={draft.attributes}
          onChange={(attributes) => set('attributes', attributes)}
          names={{ key: 'Attribute', value: 'Value', add: 'Add attribute', empty: 'No attributes' }}
        />
      </Container>
    </Editor>
  );
}

function ResetPassword({ person }: { person: User }) {
  const [asking, setAsking] = useState(false);
  const [password, setPassword] = useState<string>();
  return (
    <>
      <Button formAction="none" onClick={() => setAsking(true)}>
        Reset password
      </Button>
      {asking && (
        <Confirm
          title={`Reset the password of ${person.display_name || person.name}?`}
          verb="Reset"
          onClose={() => setAsking(false)}
          act={async () => {
            const answer = await post('/users/{id}/reset-password', { path: { id: person.id } });
            setPassword(answer.password);
          }}
        >
          <Box>The old password stops working at once. A new one is shown once.</Box>
        </Confirm>
      )}
      {password && (
        <Modal
          visible
          header="The new password"
          onDismiss={() => setPassword(undefined)}
          footer={
            <Box float="right">
              <Button variant="primary" formAction="none" onClick={() => setPassword(undefined)}>
                I have passed it on
              </Button>
            </Box>
          }
        >
          <SpaceBetween size="m">
            <Alert type="warning">It is shown once. Pass it on by a safe way; they change it after signing in.</Alert>
            <CodeBlock what="password" text={password} />
          </SpaceBetween>
        </Modal>
      )}
    </>
  );
}
