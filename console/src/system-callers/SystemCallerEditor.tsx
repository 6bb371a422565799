import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Tiles from '@cloudscape-design/components/tiles';
import Toggle from '@cloudscape-design/components/toggle';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { post } from '../api/client';
import type { Draft } from '../api/collections';
import { groups, systemCallers } from '../api/queries';
import type { CallerAuth, SystemCaller } from '../api/types';
import { useGo, useParam } from '../frame/follow';
import { Confirm } from '../parts/Confirm';
import { DeleteButton } from '../parts/DeleteButton';
import { Editor } from '../parts/Editor';
import { ChoiceField, Pairs, TextField } from '../parts/fields';
import { Loaded } from '../parts/Loaded';
import { told } from '../parts/notices';
import { type Form as FormOf, useForm } from '../parts/useForm';
import { TokenOnce } from './TokenOnce';

const DAY_MS = 86_400_000;
const inDays = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString();
const DAYS = [30, 90, 180, 365];

const blank = (): Draft<'/system-callers'> => ({
  name: '',
  description: '',
  auth: { kind: 'token', expires_at: inDays(90) },
  status: 'active',
});

/** One system caller, new or stored. */
export function SystemCallerEditor() {
  const id = useParam('id') ?? 'new';
  const query = useQuery({ ...systemCallers.one(id), enabled: id !== 'new' });
  if (id === 'new') return <Form />;
  return (
    <Loaded query={query} what="the system caller">
      {(stored) => <Form key={stored.id} stored={stored} />}
    </Loaded>
  );
}

function Form({ stored }: { stored?: SystemCaller }) {
  const go = useGo();
  const [token, setToken] = useState<string>();
  const [start] = useState(blank);
  const editing = useForm({ path: '/system-callers', stored, blank: start, readOnly: ['last_used_at'] });
  const { form } = editing;
  const { draft, set, error } = form;
  const owners = useQuery(groups.list).data ?? [];
  const back = () => go('/system-callers');
  return (
    <Editor
      title={stored?.name ?? 'Create system caller'}
      editing={editing}
      actions={
        stored && (
          <SpaceBetween direction="horizontal" size="xs">
            {stored.auth.kind === 'token' && <NewToken caller={stored} onToken={setToken} />}
            <DeleteButton path="/system-callers" thing={stored}>
              <Box>It is refused from now on. What it was issued works until it ends or is revoked.</Box>
            </DeleteButton>
          </SpaceBetween>
        )
      }
      onCancel={back}
      onSave={async () => {
        const saved = await editing.save();
        if (!saved) return;
        told(`${saved.name} has been saved.`);
        if ('token' in saved && saved.token) setToken(saved.token);
        else await back();
      }}
    >
      <Container header={<Header variant="h2">System caller</Header>}>
        <SpaceBetween size="m">
          <TextField
            label="Name"
            value={draft.name}
            onChange={(name) => set('name', name)}
            error={error('name')}
            autoFocus={!stored}
          />
          <TextField
            label="Description"
            hint="Optional"
            value={draft.description}
            onChange={(value) => set('description', value)}
            error={error('description')}
          />
          <ChoiceField
            label="Looked after by"
            placeholder="No group"
            value={draft.owner_group}
            choices={owners.map((group) => ({ value: group.id, label: group.name }))}
            onChange={(id) => set('owner_group', id)}
            error={error('owner_group')}
          />
          <Toggle
            checked={draft.status === 'active'}
            onChange={({ detail }) => set('status', detail.checked ? 'active' : 'suspended')}
          >
            May call
          </Toggle>
        </SpaceBetween>
      </Container>
      <AuthFields form={form} />
      {token && (
        <TokenOnce
          token={token}
          expiresAt={draft.auth.kind === 'token' ? draft.auth.expires_at : undefined}
          onClose={() => {
            setToken(undefined);
            if (!stored) void back();
          }}
        />
      )}
    </Editor>
  );
}

function AuthFields({ form }: { form: FormOf<'/system-callers'> }) {
  const { draft, set, error } = form;
  const { auth } = draft;
  const change = (part: Partial<CallerAuth>) => set('auth', { ...auth, ...part } as CallerAuth);
  return (
    <Container header={<Header variant="h2">How it proves itself</Header>}>
      <SpaceBetween size="m">
        <FormField label="Kind" errorText={error('auth')} stretch>
          <Tiles
            value={auth.kind}
            columns={2}
            onChange={({ detail }) =>
              set(
                'auth',
                detail.value === 'jwt'
                  ? { kind: 'jwt', issuer: '', audience: 'regent', matchers: {} }
                  : { kind: 'token', expires_at: inDays(90) },
              )
            }
            items={[
              {
                value: 'jwt',
                label: 'Token of its platform',
                description:
                  'A CI job or a Kubernetes service account shows the token it gets anyway. Nothing secret to keep.',
                disabled: !form.isNew,
              },
              {
                value: 'token',
                label: "Token of Regent's",
                description: 'A long-lived secret, shown once. For callers that have no identity of their own.',
                disabled: !form.isNew,
              },
            ]}
          />
        </FormField>
        {auth.kind === 'token' && form.isNew && (
          <ChoiceField
            label="Works for"
            value={String(
              DAYS.find((days) => Math.abs(Date.parse(auth.expires_at ?? '') - Date.now() - days * DAY_MS) < DAY_MS) ??
                90,
            )}
            choices={DAYS.map((days) => ({ value: String(days), label: `${days} days` }))}
            onChange={(days) => change({ expires_at: inDays(Number(days)) })}
            error={error('auth.expires_at')}
          />
        )}
        {auth.kind === 'jwt' && (
          <SpaceBetween size="m">
            <TextField
              label="Issuer"
              placeholder="https://token.actions.example.com"
              value={auth.issuer}
              onChange={(issuer) => change({ issuer: issuer.trim() })}
              error={error('auth.issuer')}
            />
            <TextField
              label="Audience"
              value={auth.audience}
              onChange={(audience) => change({ audience })}
              error={error('auth.audience')}
            />
            <TextField
              label="Key set URL"
              hint="Optional. Empty: the issuer's discovery document names it."
              value={auth.jwks_url}
              onChange={(url) => change({ jwks_url: url.trim() || undefined })}
              error={error('auth.jwks_url')}
            />
            <FormField
              label="Claims that must match"
              description="A star stands for any text: repo:example/shop:ref:refs/heads/*"
              errorText={error('auth.matchers')}
            >
              <Pairs
                pairs={auth.matchers}
                onChange={(matchers) => change({ matchers })}
                names={{
                  key: 'Claim',
                  value: 'Pattern',
                  add: 'Add claim',
                  empty: 'At least one is needed, such as sub.',
                }}
              />
            </FormField>
          </SpaceBetween>
        )}
      </SpaceBetween>
    </Container>
  );
}

function NewToken({ caller, onToken }: { caller: SystemCaller; onToken: (token: string) => void }) {
  const [asking, setAsking] = useState(false);
  const client = useQueryClient();
  return (
    <>
      <Button formAction="none" onClick={() => setAsking(true)}>
        New token
      </Button>
      {asking && (
        <Confirm
          title={`New token for ${caller.name}?`}
          verb="Make token"
          onClose={() => setAsking(false)}
          act={async () => {
            const answer = await post('/system-callers/{id}/rotate-token', { path: { id: caller.id } });
            await client.invalidateQueries({ queryKey: ['/system-callers'] });
            onToken(answer.token);
          }}
        >
          <Box>The old token stops working at once.</Box>
        </Confirm>
      )}
    </>
  );
}
