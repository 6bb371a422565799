import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import LiveRegion from '@cloudscape-design/components/live-region';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { post } from '../api/client';
import { accounts } from '../api/queries';
import type { Account } from '../api/types';
import { useGo, useParam } from '../frame/follow';
import { Go } from '../frame/Go';
import { Confirm } from '../parts/Confirm';
import { Inline } from '../parts/Copyable';
import { DeleteButton } from '../parts/DeleteButton';
import { Editor } from '../parts/Editor';
import { Loaded } from '../parts/Loaded';
import { Moment } from '../parts/Moment';
import { told } from '../parts/notices';
import { Refusal } from '../parts/Refusal';
import { TestSteps } from '../parts/TestSteps';
import { useForm } from '../parts/useForm';
import { AccountFields } from './AccountFields';
import { AccountStatus } from './Accounts';
import { BLANK, READ_ONLY, sendable } from './kinds';

/** One account, new or stored. */
export function AccountEditor() {
  const id = useParam('id') ?? 'new';
  const query = useQuery({ ...accounts.one(id), enabled: id !== 'new' });
  if (id === 'new') return <Form />;
  return (
    <Loaded query={query} what="the account">
      {(stored) => <Form key={stored.id} stored={stored} />}
    </Loaded>
  );
}

function Form({ stored }: { stored?: Account }) {
  const go = useGo();
  const editing = useForm({
    path: '/accounts',
    stored,
    blank: BLANK,
    readOnly: READ_ONLY,
    send: sendable,
  });
  return (
    <Editor
      title={stored?.name ?? 'Add account'}
      description="Where Regent gets its own AWS rights."
      editing={editing}
      actions={
        stored && (
          <SpaceBetween direction="horizontal" size="xs">
            {stored.kind === 'access_key' && <Rotate account={stored} />}
            <DeleteButton path="/accounts" thing={stored}>
              <Box>The credentials kept here are destroyed. An account that connectors use cannot be deleted.</Box>
            </DeleteButton>
          </SpaceBetween>
        )
      }
      onCancel={() => go('/accounts')}
      onSave={async () => {
        const saved = await editing.save();
        if (!saved) return;
        told(`${saved.name} has been saved.`);
        await go(`/accounts/${saved.id}`);
      }}
    >
      {stored?.principal_kind === 'root' && (
        <Alert type="error" header="This is the key of a root user">
          It may do everything, and nothing can limit it. Sessions last one hour at most. Use the key of an IAM user
          that may do nothing but assume the roles you name.
        </Alert>
      )}
      <div className="with-aside">
        <AccountFields form={editing.form} stored={stored} />
        <aside aria-label="State of the account">
          <SpaceBetween size="l">
            {stored && <Learned account={stored} />}
            <TestAccount account={stored} changed={editing.form.changed} />
          </SpaceBetween>
        </aside>
      </div>
    </Editor>
  );
}

function Learned({ account }: { account: Account }) {
  return (
    <Container header={<Header variant="h2">What is known</Header>}>
      <KeyValuePairs
        columns={1}
        items={[
          { label: 'Status', value: <AccountStatus account={account} /> },
          { label: 'AWS account', value: <Inline text={account.aws_account_id} what="AWS account id" /> },
          { label: 'Answers as', value: <span className="break">{account.principal_arn ?? '–'}</span> },
          ...(account.kind === 'access_key'
            ? [{ label: 'Key set', value: <Moment at={account.secret_set_at} ago /> }]
            : []),
          {
            label: 'Used by',
            value: account.used_by.length
              ? account.used_by.map((one) => (
                  <div key={one.id}>
                    <Go path={`/connectors/${one.id}`}>{one.name}</Go>
                  </div>
                ))
              : 'No connector yet',
          },
        ]}
      />
    </Container>
  );
}

// A secret is sent to be kept, and for nothing else: what is tried is what is saved.
function TestAccount({ account, changed }: { account?: Account; changed: boolean }) {
  const client = useQueryClient();
  const test = useMutation({
    mutationFn: ({ id, confirmed }: { id: string; confirmed?: string }) =>
      post('/accounts/{id}/test', { path: { id }, body: confirmed ? { confirm_account: confirmed } : {} }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['/accounts'] }),
  });
  const other = test.data?.steps.some((step) => step.code === 'account_changed') && test.data.aws_account_id;
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={
            <Button
              formAction="none"
              loading={test.isPending}
              disabled={!account || changed}
              disabledReason="Save the account first"
              onClick={() => account && test.mutate({ id: account.id })}
            >
              Test
            </Button>
          }
        >
          Does it work?
        </Header>
      }
    >
      {test.error && <Refusal error={test.error} />}
      {test.data && (
        <SpaceBetween size="s">
          <LiveRegion>
            <TestSteps report={test.data} />
          </LiveRegion>
          {account && other && <ConfirmAccount account={account} other={other} retry={test.mutateAsync} />}
        </SpaceBetween>
      )}
      {!test.data && !test.error && (
        <Box color="text-body-secondary">Asks the upstream who these credentials are. Nothing is changed.</Box>
      )}
    </Container>
  );
}

interface ConfirmAccountProps {
  account: Account;
  other: string;
  retry: (again: { id: string; confirmed: string }) => Promise<unknown>;
}

// Credentials of another AWS account may be a mistake as well as a move: only a person can tell.
function ConfirmAccount({ account, other, retry }: ConfirmAccountProps) {
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Button formAction="none" onClick={() => setAsking(true)}>
        Accept AWS account {other}
      </Button>
      {asking && (
        <Confirm
          title={`Accept ${other} as the AWS account of ${account.name}?`}
          verb="Accept"
          onClose={() => setAsking(false)}
          act={() => retry({ id: account.id, confirmed: other })}
        >
          <Box>
            It was {account.aws_account_id}. Connectors of this account issue credentials of {other} from then on.
          </Box>
        </Confirm>
      )}
    </>
  );
}

function Rotate({ account }: { account: Account }) {
  const [asking, setAsking] = useState(false);
  const client = useQueryClient();
  return (
    <>
      <Button formAction="none" onClick={() => setAsking(true)}>
        Rotate now
      </Button>
      {asking && (
        <Confirm
          title={`Rotate the key of ${account.name}?`}
          verb="Rotate"
          onClose={() => setAsking(false)}
          act={async () => {
            await post('/accounts/{id}/rotate', { path: { id: account.id } });
            await client.invalidateQueries({ queryKey: ['/accounts'] });
            told(`The key of ${account.name} has been rotated.`);
          }}
        >
          <Box>
            Makes a second key, tries it, switches to it and deactivates the old one. If anything fails, the old key
            stays in use.
          </Box>
        </Confirm>
      )}
    </>
  );
}
