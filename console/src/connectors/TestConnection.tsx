import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import LiveRegion from '@cloudscape-design/components/live-region';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { post } from '../api/client';
import type { Connector } from '../api/types';
import { same } from '../parts/merge';
import { Refusal } from '../parts/Refusal';
import { TestSteps } from '../parts/TestSteps';
import { type ConnectorDraft, sendable } from './draft';

interface Props {
  draft: ConnectorDraft;
  stored?: Connector;
  as?: string;
}

/** Tries the connector as it stands in the form, saved or not. The keys it gets are thrown away on the server. */
export function TestConnection({ draft, stored, as }: Props) {
  const client = useQueryClient();
  const [code, setCode] = useState('');
  const passesCodeOn = draft.require_mfa === 'upstream';
  const untouched =
    stored && Object.entries(draft).every(([name, value]) => same(value, stored[name as keyof Connector]));
  const test = useMutation({
    mutationFn: async () => {
      const person = { ...(as && { user_id: as }), ...(passesCodeOn && code && { mfa_code: code }) };
      setCode('');
      const report = untouched
        ? await post('/connectors/{id}/test', { path: { id: stored.id }, body: person })
        : await post('/connectors/test', { body: { connector: sendable(draft), ...person } });
      if (untouched) await client.invalidateQueries({ queryKey: ['/connectors', 'list'] });
      return report;
    },
  });
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={
            <Button formAction="none" loading={test.isPending} onClick={() => test.mutate()}>
              Test
            </Button>
          }
        >
          Does it work?
        </Header>
      }
    >
      <SpaceBetween size="s">
        {passesCodeOn && (
          <FormField
            label="One-time password"
            description="Of the device that the account names. It is passed on once; without it the call is not tried."
          >
            <Input
              value={code}
              onChange={({ detail }) => setCode(detail.value)}
              inputMode="numeric"
              autoComplete="one-time-code"
            />
          </FormField>
        )}
        {test.error && <Refusal error={test.error} />}
        {!test.data && !test.error && (
          <Box color="text-body-secondary">
            Makes the real calls with the shortest lifetime, and says where it fails.
          </Box>
        )}
        {test.data && (
          <LiveRegion>
            <TestSteps report={test.data} />
          </LiveRegion>
        )}
      </SpaceBetween>
    </Container>
  );
}
