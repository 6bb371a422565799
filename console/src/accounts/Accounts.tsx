import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useQuery } from '@tanstack/react-query';
import { accounts, upstreams } from '../api/queries';
import { holds, useMe } from '../api/session';
import type { Account } from '../api/types';
import { Go, GoButton } from '../frame/Go';
import { Listing } from '../parts/Listing';
import { Empty } from '../parts/Loaded';
import { Moment, relative } from '../parts/Moment';
import { KINDS } from './kinds';

/** Where base credentials come from. */
export function Accounts() {
  const me = useMe();
  const query = useQuery(accounts.list);
  const upstreamList = useQuery(upstreams.list).data ?? [];
  const create = holds(me) && <GoButton path="/accounts/new">Add account</GoButton>;
  return (
    <Listing
      query={query}
      title="Accounts"
      what="accounts"
      description="Where Regent gets its own AWS rights. Connectors derive from them; nobody sees them."
      text={(one) => [one.name, one.aws_account_id, one.principal_arn, KINDS[one.kind].name].join(' ')}
      actions={() =>
        holds(me) && (
          <GoButton path="/accounts/new" variant="primary">
            Add account
          </GoButton>
        )
      }
      empty={
        <Empty title="No accounts yet" action={create}>
          Add where Regent gets its own AWS rights: a key, this host's role, or a role of Regent's own IAM.
        </Empty>
      }
      columns={[
        {
          id: 'name',
          header: 'Name',
          isRowHeader: true,
          sortingField: 'name',
          cell: (one) => <Go path={`/accounts/${one.id}`}>{one.name}</Go>,
        },
        { id: 'kind', header: 'Kind', sortingField: 'kind', cell: (one) => KINDS[one.kind].name },
        {
          id: 'id',
          header: 'AWS account',
          cell: (one) => one.aws_account_id ?? <span className="quiet">Not known yet</span>,
        },
        {
          id: 'upstream',
          header: 'Upstream',
          cell: (one) => upstreamList.find((upstream) => upstream.id === one.upstream_id)?.name ?? one.upstream_id,
        },
        {
          id: 'age',
          header: 'Key set',
          cell: (one) =>
            one.kind === 'access_key' ? <Moment at={one.secret_set_at} ago /> : <span className="quiet">No key</span>,
        },
        { id: 'used', header: 'Used by', cell: (one) => usedBy(one) },
        { id: 'status', minWidth: 200, header: 'Status', cell: (one) => <AccountStatus account={one} /> },
      ]}
    />
  );
}

function usedBy(account: Account) {
  const count = account.used_by.length;
  return count === 0 ? <span className="quiet">Nothing</span> : `${count} connector${count === 1 ? '' : 's'}`;
}

export function AccountStatus({ account }: { account: Account }) {
  if (account.principal_kind === 'root') return <StatusIndicator type="error">Root key</StatusIndicator>;
  if (account.disabled) return <StatusIndicator type="stopped">Disabled</StatusIndicator>;
  const { status } = account;
  if (status.status === 'failing') {
    return (
      <StatusIndicator type="error">
        Failing since {relative(status.since, Date.now())} ({status.code})
      </StatusIndicator>
    );
  }
  return status.status === 'ok' ? (
    <StatusIndicator>Works</StatusIndicator>
  ) : (
    <StatusIndicator type="pending">Not tested</StatusIndicator>
  );
}
