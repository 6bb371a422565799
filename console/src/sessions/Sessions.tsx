import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import Modal from '@cloudscape-design/components/modal';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { PRINCIPAL_TYPES } from '../access/words';
import { all } from '../api/client';
import { holds, useMe } from '../api/session';
import type { Session } from '../api/types';
import { Inline } from '../parts/Copyable';
import { Countdown } from '../parts/Countdown';
import { Listing } from '../parts/Listing';
import { Empty } from '../parts/Loaded';
import { Moment } from '../parts/Moment';
import { lastsUntil } from './lasts';
import { Revoke } from './Revoke';

type Filter = Session['state'] | '';

const STATES: { value: Filter; label: string }[] = [
  { value: 'active', label: 'Active' },
  { value: 'revoked', label: 'Revoked' },
  { value: 'expired', label: 'Ended' },
  { value: '', label: 'All' },
];

/** What was issued, to whom, and whether it still works. */
export function Sessions() {
  const me = useMe();
  const [state, setState] = useState<Filter>('active');
  const [shown, setShown] = useState<Session>();
  const [revoking, setRevoking] = useState<Session>();
  const query = useQuery({
    queryKey: ['/sessions', state],
    queryFn: ({ signal }) => all('/sessions', { signal, query: { state: state || undefined } }),
    refetchInterval: 30_000,
  });
  return (
    <>
      <Listing
        query={query}
        title="Sessions"
        what="sessions"
        description="Everything that was issued. The access key ID joins a session with the records of AWS."
        text={(one) =>
          [
            one.caller.name,
            one.connector.name,
            one.connector.slug,
            one.access_key_id,
            one.source_identity,
            one.arn,
          ].join(' ')
        }
        filters={
          <Select
            ariaLabel="State"
            inlineLabelText="State"
            options={STATES}
            selectedOption={STATES.find((one) => one.value === state) ?? null}
            onChange={({ detail }) => setState(detail.selectedOption.value as Filter)}
          />
        }
        empty={
          <Empty title={state === 'active' ? 'No active sessions' : 'No sessions'}>
            What connectors issue is listed here.
          </Empty>
        }
        columns={[
          {
            id: 'who',
            header: 'Who',
            isRowHeader: true,
            cell: (one) => (
              <Button
                variant="inline-link"
                ariaLabel={`Session of ${one.caller.name}, ${one.access_key_id}`}
                onClick={() => setShown(one)}
              >
                {one.caller.name}
              </Button>
            ),
          },
          { id: 'connector', header: 'Connector', cell: (one) => one.connector.name },
          {
            id: 'purpose',
            header: 'Used for',
            sortingField: 'purpose',
            cell: (one) => (one.purpose === 'console' ? 'Console' : 'Credentials'),
          },
          { id: 'key', header: 'Access key', cell: (one) => <code>{one.access_key_id}</code> },
          {
            id: 'issued',
            header: 'Issued',
            sortingField: 'issued_at',
            cell: (one) => <Moment at={one.issued_at} ago />,
          },
          { id: 'left', header: 'Time left', sortingField: 'expires_at', cell: (one) => <Left session={one} /> },
          {
            id: 'revoke',
            minWidth: 110,
            header: 'Revoke',
            cell: (one) =>
              one.state === 'active' && holds(me, 'operator') ? (
                <Button
                  variant="inline-link"
                  ariaLabel={`Revoke the session of ${one.caller.name}, ${one.access_key_id}`}
                  onClick={() => setRevoking(one)}
                >
                  Revoke
                </Button>
              ) : null,
          },
        ]}
      />
      {shown && <Details session={shown} onClose={() => setShown(undefined)} />}
      {revoking && <Revoke session={revoking} verb="Revoke session" onClose={() => setRevoking(undefined)} />}
    </>
  );
}

function Left({ session }: { session: Session }) {
  if (session.state === 'revoked') return <StatusIndicator type="stopped">Revoked</StatusIndicator>;
  if (session.state === 'expired' || Date.parse(lastsUntil(session)) < Date.now()) {
    return <StatusIndicator type="stopped">Ended</StatusIndicator>;
  }
  return <Countdown until={lastsUntil(session)} what={`Session of ${session.caller.name}`} />;
}

const VIA: Record<string, string> = { admin: 'As administrator', break_glass: 'Break glass' };

function Details({ session, onClose }: { session: Session; onClose: () => void }) {
  const tags = Object.entries(session.tags);
  return (
    <Modal
      visible
      size="large"
      header={`Session of ${session.caller.name}`}
      onDismiss={onClose}
      footer={
        <Box float="right">
          <Button variant="primary" onClick={onClose}>
            Close
          </Button>
        </Box>
      }
    >
      <SpaceBetween size="l">
        <KeyValuePairs
          columns={2}
          items={[
            { label: 'Connector', value: session.connector.name },
            { label: 'Type', value: PRINCIPAL_TYPES[session.principal_type].name },
            { label: 'Allowed by', value: VIA[session.via] ?? <code>{session.via}</code> },
            { label: 'Access key ID', value: <Inline text={session.access_key_id} what="access key ID" /> },
            { label: 'Shown in AWS as', value: <span className="break">{session.arn}</span> },
            { label: 'Source identity', value: <Inline text={session.source_identity} what="source identity" /> },
            { label: 'Issued', value: <Moment at={session.issued_at} /> },
            { label: 'Ends', value: <Moment at={session.expires_at} /> },
            ...(session.console_until
              ? [{ label: 'In a browser until at most', value: <Moment at={session.console_until} /> }]
              : []),
            { label: 'From', value: session.client.ip ?? '–' },
            { label: 'With', value: <span className="break">{session.client.user_agent ?? '–'}</span> },
            {
              label: 'Session tags',
              value: tags.length > 0 ? tags.map(([key, value]) => <div key={key}>{`${key}=${value}`}</div>) : '–',
            },
            { label: 'AWS request', value: <Inline text={session.upstream_request_id} what="request ID of AWS" /> },
          ]}
        />
        {session.effect_note && <Box color="text-body-secondary">{session.effect_note}</Box>}
      </SpaceBetween>
    </Modal>
  );
}
