import Container from '@cloudscape-design/components/container';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import Grid from '@cloudscape-design/components/grid';
import Header from '@cloudscape-design/components/header';
import LiveRegion from '@cloudscape-design/components/live-region';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useQueries, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { get } from '../api/client';
import { connectors, systemCallers, users } from '../api/queries';
import type { Why } from '../api/types';
import { CodeBlock } from '../parts/Copyable';
import { ChoiceField } from '../parts/fields';
import { Refusal } from '../parts/Refusal';

/** Why somebody may use a connector, or what is missing: the engine's own explanation. */
export function WhyPanel() {
  const [who, setWho] = useState<string>();
  const [connector, setConnector] = useState<string>();
  const [people, callers, list] = useQueries({ queries: [users.list, systemCallers.list, connectors.list] });
  const subjects = [
    ...(people.data ?? []).map((one) => ({ value: `user_id=${one.id}`, label: one.display_name || one.name })),
    ...(callers.data ?? []).map((one) => ({ value: `system_caller_id=${one.id}`, label: `${one.name} (system)` })),
  ];
  const why = useQuery({
    queryKey: ['/connectors', 'why', connector, who],
    queryFn: ({ signal }) => {
      const [kind = '', id = ''] = (who ?? '').split('=');
      return get('/connectors/{id}/why', { path: { id: connector ?? '' }, query: { [kind]: id }, signal });
    },
    enabled: Boolean(who && connector),
  });
  return (
    <Container
      header={
        <Header variant="h2" description="Decided by the same engine that decides requests.">
          Why?
        </Header>
      }
    >
      <SpaceBetween size="m">
        <Grid gridDefinition={[{ colspan: { default: 12, s: 6 } }, { colspan: { default: 12, s: 6 } }]}>
          <ChoiceField label="Who" choices={subjects} value={who} onChange={setWho} find={subjects.length > 8} />
          <ChoiceField
            label="Connector"
            choices={(list.data ?? []).map((one) => ({ value: one.id, label: one.name }))}
            value={connector}
            onChange={setConnector}
            find={(list.data?.length ?? 0) > 8}
          />
        </Grid>
        {why.error && <Refusal error={why.error} />}
        {why.data && (
          <LiveRegion>
            <Explanation why={why.data} />
          </LiveRegion>
        )}
      </SpaceBetween>
    </Container>
  );
}

function Explanation({ why }: { why: Why }) {
  return (
    <SpaceBetween size="s">
      <StatusIndicator type={why.allowed ? 'success' : 'error'} wrapText>
        {why.text}
      </StatusIndicator>
      {why.statement && (
        <ExpandableSection headerText="The statement that decides">
          <CodeBlock what="statement" text={JSON.stringify(why.statement, null, 2)} />
        </ExpandableSection>
      )}
      {why.policies.map((policy) => (
        <ExpandableSection key={policy.name} headerText={policy.name}>
          <CodeBlock what={policy.name} text={JSON.stringify(policy.document, null, 2)} />
        </ExpandableSection>
      ))}
      {why.explanation !== undefined && why.explanation !== null && (
        <ExpandableSection headerText="Everything the engine looked at">
          <CodeBlock what="explanation" text={JSON.stringify(why.explanation, null, 2)} />
        </ExpandableSection>
      )}
    </SpaceBetween>
  );
}
