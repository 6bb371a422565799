import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { get, type Problem, post, remove } from '../api/client';
import { sessionQuery } from '../api/session';
import type { Passkey } from '../api/types';
import { Confirm } from '../parts/Confirm';
import { Moment } from '../parts/Moment';
import { told } from '../parts/notices';
import { Refusal } from '../parts/Refusal';
import { make, passkeysWork } from './passkey';
import { passkeyProblem } from './useSignIn';

const query = {
  queryKey: ['/me', 'passkeys'],
  queryFn: async () => (await get('/me/passkeys')).items,
};

/** The person's passkeys: sign in with a finger, a face or a security key. */
export function Passkeys() {
  const client = useQueryClient();
  const list = useQuery(query);
  const [error, setError] = useState<Problem>();
  const [busy, setBusy] = useState(false);
  const [removing, setRemoving] = useState<Passkey>();
  const refresh = async () => {
    await client.invalidateQueries({ queryKey: query.queryKey });
    await client.invalidateQueries({ queryKey: sessionQuery.queryKey });
  };
  const add = async () => {
    setBusy(true);
    setError(undefined);
    try {
      const { ceremony, public_key } = await post('/me/passkeys/start');
      const credential = await make(public_key);
      const name = `Passkey ${(list.data?.length ?? 0) + 1}`;
      await post('/me/passkeys/finish', { body: { ceremony, name, credential } });
      await refresh();
      told('The passkey has been added.');
    } catch (thrown) {
      setError(passkeyProblem(thrown));
    } finally {
      setBusy(false);
    }
  };
  return (
    <SpaceBetween size="s">
      {error && <Refusal error={error} onDismiss={() => setError(undefined)} />}
      <Table
        variant="container"
        trackBy="id"
        items={list.data ?? []}
        loading={list.isPending}
        loadingText="Loading passkeys"
        ariaLabels={{ tableLabel: 'Passkeys' }}
        header={
          <Header
            variant="h2"
            description="A finger, a face or a security key instead of a password. Cannot be phished."
            actions={
              <Button
                loading={busy}
                disabled={!passkeysWork()}
                disabledReason="This browser knows no passkeys here"
                onClick={add}
              >
                Add passkey
              </Button>
            }
          >
            Passkeys
          </Header>
        }
        empty={
          list.isError ? (
            <Refusal error={list.error} onRetry={() => list.refetch()} />
          ) : (
            <Box color="text-body-secondary">No passkeys yet</Box>
          )
        }
        columnDefinitions={[
          { id: 'name', header: 'Name', isRowHeader: true, cell: (one) => one.name },
          { id: 'created', header: 'Added', cell: (one) => <Moment at={one.created_at} /> },
          {
            id: 'remove',
            header: 'Remove',
            cell: (one) => (
              <Button variant="inline-link" ariaLabel={`Remove ${one.name}`} onClick={() => setRemoving(one)}>
                Remove
              </Button>
            ),
          },
        ]}
      />
      {removing && (
        <Confirm
          title={`Remove ${removing.name}?`}
          verb="Remove"
          onClose={() => setRemoving(undefined)}
          act={async () => {
            await remove('/me/passkeys/{id}', { path: { id: removing.id } });
            await refresh();
          }}
        >
          <Box>It can no longer be used to sign in.</Box>
        </Confirm>
      )}
    </SpaceBetween>
  );
}
