import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useQuery } from '@tanstack/react-query';
import { users } from '../api/queries';
import { holds, useMe } from '../api/session';
import { Go, GoButton } from '../frame/Go';
import { Listing } from '../parts/Listing';
import { Empty } from '../parts/Loaded';
import { Moment } from '../parts/Moment';
import { roleName } from './roles';

/** Everybody who may sign in. */
export function People() {
  const me = useMe();
  const query = useQuery(users.list);
  return (
    <Listing
      query={query}
      title="People"
      what="people"
      description="Who may sign in. What they may use follows from their groups."
      text={(one) => [one.name, one.display_name, one.email, one.source, ...one.roles].join(' ')}
      actions={() =>
        holds(me) && (
          <GoButton path="/people/new" variant="primary">
            Add person
          </GoButton>
        )
      }
      empty={
        <Empty title="Nobody is here yet" action={<GoButton path="/people/new">Add a person</GoButton>}>
          Or connect an OpenID provider in the settings: people then come by themselves.
        </Empty>
      }
      columns={[
        {
          id: 'name',
          header: 'Name',
          isRowHeader: true,
          sortingField: 'name',
          cell: (one) => <Go path={`/people/${one.id}`}>{one.display_name || one.name}</Go>,
        },
        { id: 'login', header: 'Signs in as', sortingField: 'name', cell: (one) => one.name },
        {
          id: 'groups',
          header: 'Groups',
          cell: (one) => one.groups?.map((group) => group.name).join(', ') || <span className="quiet">None</span>,
        },
        {
          id: 'roles',
          header: 'Roles in Regent',
          cell: (one) => one.roles.map(roleName).join(', ') || <span className="quiet">None</span>,
        },
        {
          id: 'mfa',
          minWidth: 130,
          header: 'Second factor',
          cell: (one) =>
            one.mfa_methods?.length ? (
              <StatusIndicator>
                {one.mfa_methods.map((m) => (m === 'totp' ? 'App' : 'Passkey')).join(', ')}
              </StatusIndicator>
            ) : (
              <StatusIndicator type="warning">None</StatusIndicator>
            ),
        },
        { id: 'source', header: 'From', cell: (one) => (one.source === 'local' ? 'Regent' : one.source) },
        {
          id: 'login-at',
          header: 'Last sign-in',
          sortingField: 'last_login_at',
          cell: (one) => <Moment at={one.last_login_at} ago />,
        },
        {
          id: 'status',
          minWidth: 120,
          header: 'Status',
          cell: (one) =>
            one.status === 'active' ? (
              <StatusIndicator>Active</StatusIndicator>
            ) : (
              <StatusIndicator type="stopped">Suspended</StatusIndicator>
            ),
        },
      ]}
    />
  );
}
