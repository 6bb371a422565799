import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useQuery } from '@tanstack/react-query';
import { systemCallers } from '../api/queries';
import { holds, useMe } from '../api/session';
import type { SystemCaller } from '../api/types';
import { Go, GoButton } from '../frame/Go';
import { Listing } from '../parts/Listing';
import { Empty } from '../parts/Loaded';
import { Moment } from '../parts/Moment';

const UNUSED_DAYS = 90;
const DAY_MS = 86_400_000;

/** Builds and services that use connectors by themselves. */
export function SystemCallers() {
  const me = useMe();
  const query = useQuery(systemCallers.list);
  return (
    <Listing
      query={query}
      title="System callers"
      what="system callers"
      description="Builds and services. They may use connectors for system callers that are granted to them, and nothing else."
      text={(one) => [one.name, one.description, one.auth.kind === 'jwt' ? one.auth.issuer : ''].join(' ')}
      actions={() =>
        holds(me) && (
          <GoButton path="/system-callers/new" variant="primary">
            Create system caller
          </GoButton>
        )
      }
      empty={
        <Empty
          title="No system callers yet"
          action={<GoButton path="/system-callers/new">Create a system caller</GoButton>}
        >
          With the token of a CI job there is no secret to keep at all.
        </Empty>
      }
      columns={[
        {
          id: 'name',
          header: 'Name',
          isRowHeader: true,
          sortingField: 'name',
          cell: (one) => <Go path={`/system-callers/${one.id}`}>{one.name}</Go>,
        },
        {
          id: 'auth',
          header: 'Proves itself by',
          cell: (one) => (one.auth.kind === 'jwt' ? `Tokens of ${one.auth.issuer}` : `Token ${one.auth.prefix ?? ''}…`),
        },
        {
          id: 'expires',
          header: 'Token ends',
          cell: (one) =>
            one.auth.kind === 'token' ? (
              <Moment at={one.auth.expires_at} ago />
            ) : (
              <span className="quiet">No token</span>
            ),
        },
        {
          id: 'used',
          header: 'Last used',
          sortingField: 'last_used_at',
          cell: (one) => <Moment at={one.last_used_at} ago />,
        },
        { id: 'status', minWidth: 170, header: 'Status', cell: (one) => <CallerStatus caller={one} /> },
      ]}
    />
  );
}

function CallerStatus({ caller }: { caller: SystemCaller }) {
  if (caller.status === 'suspended') return <StatusIndicator type="stopped">Suspended</StatusIndicator>;
  const since = Date.parse(caller.last_used_at ?? caller.created_at);
  if (Date.now() - since > UNUSED_DAYS * DAY_MS) {
    return <StatusIndicator type="warning">Unused for {UNUSED_DAYS} days</StatusIndicator>;
  }
  return <StatusIndicator>Active</StatusIndicator>;
}
