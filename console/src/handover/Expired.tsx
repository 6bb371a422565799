import Box from '@cloudscape-design/components/box';
import { GoButton } from '../frame/Go';
import { Handover } from './Handover';

/** Where a console that has timed out sends people back to. */
export function Expired() {
  return (
    <Handover title="Your session has ended">
      <Box>AWS access through Regent is short-lived on purpose. Open it again, and go on where you were.</Box>
      <GoButton path="/" variant="primary">
        To My access
      </GoButton>
    </Handover>
  );
}
