import { useQuery } from '@tanstack/react-query';
import { groups, identitySources } from '../api/queries';
import { holds, useMe } from '../api/session';
import { Go, GoButton } from '../frame/Go';
import { Listing } from '../parts/Listing';
import { Empty } from '../parts/Loaded';
import { roleName } from '../people/roles';

/** Who gets access together. */
export function Groups() {
  const me = useMe();
  const query = useQuery(groups.list);
  const sources = useQuery(identitySources.list).data ?? [];
  return (
    <Listing
      query={query}
      title="Groups"
      what="groups"
      description="Connectors are granted to groups. Who leaves the group loses the access with the next request."
      text={(one) => [one.name, one.description, one.mapped?.value].join(' ')}
      actions={() =>
        holds(me) && (
          <GoButton path="/groups/new" variant="primary">
            Create group
          </GoButton>
        )
      }
      empty={
        <Empty title="No groups yet" action={<GoButton path="/groups/new">Create a group</GoButton>}>
          List its members here, or map a group of your OpenID provider.
        </Empty>
      }
      columns={[
        {
          id: 'name',
          header: 'Name',
          isRowHeader: true,
          sortingField: 'name',
          cell: (one) => <Go path={`/groups/${one.id}`}>{one.name}</Go>,
        },
        {
          id: 'description',
          header: 'Description',
          cell: (one) => one.description || <span className="quiet">–</span>,
        },
        {
          id: 'members',
          header: 'Members',
          cell: (one) => (one.mapped ? 'By claim' : (one.member_count ?? one.members.length)),
        },
        {
          id: 'mapped',
          header: 'From',
          cell: (one) =>
            one.mapped
              ? `${sources.find((source) => source.id === one.mapped?.source)?.name ?? one.mapped.source}: ${one.mapped.value}`
              : 'Regent',
        },
        {
          id: 'roles',
          header: 'Roles in Regent',
          cell: (one) => one.roles.map(roleName).join(', ') || <span className="quiet">None</span>,
        },
      ]}
    />
  );
}
