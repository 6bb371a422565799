import Button from '@cloudscape-design/components/button';
import ColumnLayout from '@cloudscape-design/components/column-layout';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { TextField } from '../parts/fields';
import { switchRole } from './console';

/** Leaves the session's role for another. The server asks once more before it does. */
export function SwitchRole({ account }: { account: string }) {
  const [draft, setDraft] = useState({ account, role: '', name: '', color: '' });
  const field = (name: keyof typeof draft) => ({
    value: draft[name],
    onChange: (value: string) => setDraft((old) => ({ ...old, [name]: value.trim() })),
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (draft.account && draft.role) window.location.assign(switchRole(draft));
      }}
    >
      <Container
        header={
          <Header variant="h2" description="For an hour at most. The role must trust the role you have now.">
            Switch role
          </Header>
        }
      >
        <SpaceBetween size="m">
          <ColumnLayout columns={2}>
            <TextField label="Account" hint="Twelve digits or an alias" {...field('account')} />
            <TextField label="Role name" placeholder="Auditor" {...field('role')} />
            <TextField label="Display name" hint="Optional" {...field('name')} />
            <TextField label="Color" hint="Optional, six hexadecimal digits" placeholder="3b4cca" {...field('color')} />
          </ColumnLayout>
          <Button disabled={!draft.account || !draft.role} disabledReason="An account and a role are needed">
            Switch role
          </Button>
        </SpaceBetween>
      </Container>
    </form>
  );
}
