import Box from '@cloudscape-design/components/box';
import { Refusal } from '../parts/Refusal';
import { Bare } from './Bare';
import { Go } from './Go';

/** An address that leads nowhere. */
export function Missing() {
  return (
    <Bare>
      <Box variant="h1">There is nothing here</Box>
      <Box variant="p">The address leads to no page of the console.</Box>
      <Go path="/">To My access</Go>
    </Bare>
  );
}

/** A page that could not be drawn. Loading it anew is what helps, if anything does. */
export function Broken({ error }: { error: unknown }) {
  return (
    <Bare>
      <Refusal error={error} onRetry={() => window.location.reload()} />
    </Bare>
  );
}
