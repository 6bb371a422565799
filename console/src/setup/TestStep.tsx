import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import LiveRegion from '@cloudscape-design/components/live-region';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useMutation } from '@tanstack/react-query';
import { post } from '../api/client';
import { Refusal } from '../parts/Refusal';
import { TestSteps } from '../parts/TestSteps';
import type { Step } from './Wizard';

/** Tries the connector for real. */
export function TestStep({ progress }: Step) {
  const test = useMutation({
    mutationFn: () => post('/connectors/{id}/test', { path: { id: progress.connector ?? '' }, body: {} }),
  });
  return (
    <Container>
      <SpaceBetween size="m">
        {!test.data && <Box>Asks for the shortest session there is, looks whose it is, and throws it away.</Box>}
        {test.error && <Refusal error={test.error} />}
        {test.data && (
          <LiveRegion>
            <TestSteps report={test.data} />
          </LiveRegion>
        )}
        <Button loading={test.isPending} onClick={() => test.mutate()}>
          {test.data ? 'Test again' : 'Test the connector'}
        </Button>
      </SpaceBetween>
    </Container>
  );
}
