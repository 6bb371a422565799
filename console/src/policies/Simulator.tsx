import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import LiveRegion from '@cloudscape-design/components/live-region';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { post } from '../api/client';
import type { SimulationResult } from '../api/types';
import { CodeBlock } from '../parts/Copyable';
import { ListField, Pairs, TextField } from '../parts/fields';
import { Refusal } from '../parts/Refusal';
import { PolicyField } from './PolicyField';

interface Props {
  policy: string;
  onPolicy: (policy: string) => void;
}

/** Asks the engine what a policy would allow, and why. */
export function Simulator({ policy, onPolicy }: Props) {
  const [actions, setActions] = useState<string[]>([]);
  const [resources, setResources] = useState<string[]>([]);
  const [caller, setCaller] = useState('');
  const [context, setContext] = useState<Record<string, string>>({});
  const simulate = useMutation({
    mutationFn: () =>
      post('/policies/simulate', {
        body: {
          policies: [policy],
          actions,
          resources: resources.length > 0 ? resources : ['*'],
          context: Object.fromEntries(Object.entries(context).map(([key, value]) => [key, [value]])),
          ...(caller ? { caller_arn: caller } : {}),
        },
      }),
  });
  const ready = policy.trim() !== '' && actions.length > 0;
  return (
    <SpaceBetween size="l">
      <Container header={<Header variant="h2">Question</Header>}>
        <SpaceBetween size="m">
          <PolicyField label="Policy" value={policy} onChange={onPolicy} />
          <ListField
            label="Actions"
            description="Add each with Enter."
            placeholder="s3:GetObject"
            values={actions}
            onChange={setActions}
          />
          <ListField
            label="Resources"
            description="Empty: any resource."
            placeholder="arn:aws:s3:::reports/2026.csv"
            values={resources}
            onChange={setResources}
          />
          <TextField
            label="Caller"
            hint="Optional. An ARN, for policies that look at who asks."
            placeholder="arn:aws:sts::111122223333:assumed-role/Developer/ana"
            value={caller}
            onChange={(arn) => setCaller(arn.trim())}
          />
          <FormField label="Context" description="Condition keys, such as aws:SourceIp.">
            <Pairs
              pairs={context}
              onChange={setContext}
              names={{ key: 'Key', value: 'Value', add: 'Add key', empty: 'No condition keys' }}
            />
          </FormField>
          <Button
            variant="primary"
            loading={simulate.isPending}
            disabled={!ready}
            disabledReason="A policy and at least one action are needed"
            onClick={() => simulate.mutate()}
          >
            Simulate
          </Button>
        </SpaceBetween>
      </Container>
      {simulate.error && <Refusal error={simulate.error} />}
      {simulate.data && (
        <Container header={<Header variant="h2">Answer</Header>}>
          <LiveRegion>
            <SpaceBetween size="m">
              {simulate.data.results.map((result) => (
                <Answer key={`${result.action} ${result.resource}`} result={result} />
              ))}
            </SpaceBetween>
          </LiveRegion>
        </Container>
      )}
    </SpaceBetween>
  );
}

const isAllowed = (decision: string) => /^allow/i.test(decision);

function Answer({ result }: { result: SimulationResult }) {
  return (
    <div>
      <StatusIndicator type={isAllowed(result.decision) ? 'success' : 'error'} wrapText>
        <strong>{result.action}</strong> on <span className="break">{result.resource}</span>: {result.decision}
      </StatusIndicator>
      <ExpandableSection headerText="Why">
        <CodeBlock what={`explanation of ${result.action}`} text={result.text} />
      </ExpandableSection>
    </div>
  );
}
