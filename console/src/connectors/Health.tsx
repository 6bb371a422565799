import StatusIndicator from '@cloudscape-design/components/status-indicator';
import type { Connector } from '../api/types';
import { relative } from '../parts/Moment';

/** How a connector is, in a word and a color. */
export function Health({ connector }: { connector: Connector }) {
  const { disabled, health } = connector;
  if (disabled) {
    return <StatusIndicator type="stopped">Disabled{disabled.reason && `: ${disabled.reason}`}</StatusIndicator>;
  }
  if (health.status === 'failing') {
    return (
      <StatusIndicator type="error">
        Failing since {relative(health.since, Date.now())} ({health.code})
      </StatusIndicator>
    );
  }
  return health.status === 'ok' ? (
    <StatusIndicator>Works</StatusIndicator>
  ) : (
    <StatusIndicator type="pending">Not tested</StatusIndicator>
  );
}
