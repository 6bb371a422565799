import Box from '@cloudscape-design/components/box';
import Checkbox from '@cloudscape-design/components/checkbox';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import TextFilter from '@cloudscape-design/components/text-filter';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { put } from '../api/client';
import { connectors, groups } from '../api/queries';
import { holds, useMe } from '../api/session';
import type { Connector, Grant, Group } from '../api/types';
import { Go, GoButton } from '../frame/Go';
import { Empty, Loaded } from '../parts/Loaded';
import { refused, told } from '../parts/notices';
import { describe } from './conditions';
import { subjectKey } from './subject';
import { WhyPanel } from './WhyPanel';

/** Groups across, connectors down: who may use what, at a glance and with one click. */
export function Grants() {
  const connectorQuery = useQuery(connectors.list);
  const groupQuery = useQuery(groups.list);
  return (
    <SpaceBetween size="l">
      <Header variant="h1" description="Who may use what. A person's access is what their groups have together.">
        Grants
      </Header>
      <WhyPanel />
      <Loaded query={connectorQuery} what="connectors">
        {(list) => (
          <Loaded query={groupQuery} what="groups">
            {(all) => <Matrix list={list} all={all} />}
          </Loaded>
        )}
      </Loaded>
    </SpaceBetween>
  );
}

function Matrix({ list, all }: { list: Connector[]; all: Group[] }) {
  const [typed, setTyped] = useState('');
  if (list.length === 0 || all.length === 0) {
    return (
      <Container>
        <Empty
          title={list.length === 0 ? 'No connectors yet' : 'No groups yet'}
          action={
            list.length === 0 ? (
              <GoButton path="/connectors/new">Create a connector</GoButton>
            ) : (
              <GoButton path="/groups/new">Create a group</GoButton>
            )
          }
        >
          Grants join connectors with groups.
        </Empty>
      </Container>
    );
  }
  const wanted = typed.trim().toLowerCase();
  const shown = list.filter((one) => `${one.name} ${one.slug}`.toLowerCase().includes(wanted));
  return (
    <Container
      header={
        <Header variant="h2" description="Conditions of a grant are edited with the connector.">
          Groups and connectors
        </Header>
      }
    >
      <SpaceBetween size="m">
        <TextFilter
          filteringText={typed}
          onChange={({ detail }) => setTyped(detail.filteringText)}
          filteringPlaceholder="Find connectors"
          filteringAriaLabel="Find connectors"
        />
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
        <section className="matrix" aria-label="Grants" tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col">Connector</th>
                {all.map((group) => (
                  <th key={group.id} scope="col">
                    <Go path={`/groups/${group.id}`}>{group.name}</Go>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {shown.map((connector) => (
                <Row key={connector.id} connector={connector} all={all} />
              ))}
            </tbody>
          </table>
        </section>
        {shown.length === 0 && <Box textAlign="center">No connector matches.</Box>}
      </SpaceBetween>
    </Container>
  );
}

function Row({ connector, all }: { connector: Connector; all: Group[] }) {
  const admin = holds(useMe());
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: ({ grants }: { grants: Grant[]; text: string }) =>
      put('/connectors/{id}/grants', {
        path: { id: connector.id },
        body: { grants },
        revision: connector.revision,
      }),
    onSuccess: (_, { text }) => told(text),
    onError: refused,
    onSettled: () => client.invalidateQueries({ queryKey: ['/connectors'] }),
  });
  return (
    <tr>
      <th scope="row">
        <Go path={`/connectors/${connector.id}`}>{connector.name}</Go>
      </th>
      {all.map((group) => {
        const key = `group:${group.id}`;
        const held = connector.grants.find((grant) => grant.effect === 'use' && subjectKey(grant.subject) === key);
        const rest = connector.grants.filter((grant) => grant !== held);
        const conditions = held && describe(held);
        return (
          <td key={group.id}>
            <Checkbox
              checked={Boolean(held)}
              disabled={!admin || change.isPending}
              ariaLabel={`${group.name} may use ${connector.name}`}
              description={conditions === 'always' ? undefined : conditions}
              onChange={({ detail }) =>
                change.mutate({
                  grants: detail.checked
                    ? [...rest, { subject: { group: group.id }, effect: 'use', conditions: {} }]
                    : rest,
                  text: detail.checked
                    ? `${group.name} may use ${connector.name}.`
                    : `${group.name} may no longer use ${connector.name}.`,
                })
              }
            />
          </td>
        );
      })}
    </tr>
  );
}
