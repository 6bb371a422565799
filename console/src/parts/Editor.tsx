import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Form from '@cloudscape-design/components/form';
import Header from '@cloudscape-design/components/header';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useBlocker } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { FieldProblem } from '../api/types';
import { ConflictDialog } from './ConflictDialog';
import { Refusal } from './Refusal';
import type { Editing } from './useForm';

interface Props {
  title: string;
  description?: ReactNode;
  /** Buttons beside the title. */
  actions?: ReactNode;
  editing: Editing;
  saveText?: string;
  onSave: () => void;
  onCancel: () => void;
  children: ReactNode;
}

/** The frame of every editor: title, fields, refusal, save; asks before changes are lost, settles double edits. */
export function Editor(props: Props) {
  const { form, conflict, blocks } = props.editing;
  const blocker = useBlocker({ shouldBlockFn: blocks, withResolver: true, enableBeforeUnload: false });
  const elsewhere = form.problem && form.problem.fields.length === 0;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        props.onSave();
      }}
    >
      <Form
        header={
          <Header variant="h1" description={props.description} actions={props.actions}>
            {props.title}
          </Header>
        }
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" formAction="none" onClick={props.onCancel}>
              Cancel
            </Button>
            <Button variant="primary" loading={form.saving} disabled={!form.isNew && !form.changed}>
              {props.saveText ?? (form.isNew ? 'Create' : 'Save changes')}
            </Button>
          </SpaceBetween>
        }
      >
        <SpaceBetween size="l">
          {form.problem && <Refusal error={form.problem} />}
          {form.problem && !elsewhere && <FieldList fields={form.problem.fields} />}
          {props.children}
        </SpaceBetween>
      </Form>
      {conflict && <ConflictDialog {...conflict} />}
      {blocker.status === 'blocked' && (
        <Modal
          visible
          header="Leave without saving?"
          onDismiss={blocker.reset}
          footer={
            <Box float="right">
              <SpaceBetween direction="horizontal" size="xs">
                <Button variant="link" formAction="none" onClick={blocker.reset}>
                  Stay
                </Button>
                <Button variant="primary" formAction="none" onClick={blocker.proceed}>
                  Leave
                </Button>
              </SpaceBetween>
            </Box>
          }
        >
          Your changes have not been saved yet.
        </Modal>
      )}
    </form>
  );
}

function FieldList({ fields }: { fields: FieldProblem[] }) {
  return (
    <ul className="field-problems">
      {fields.map((field) => (
        <li key={`${field.name} ${field.detail}`}>
          <code>{field.name}</code>: {field.detail} {field.fix}
        </li>
      ))}
    </ul>
  );
}
