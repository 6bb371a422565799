import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import { asProblem } from '../api/client';

interface Props {
  error: unknown;
  onRetry?: () => void;
  onDismiss?: () => void;
}

/** What went wrong, what to do about it, and the id that finds it in the log. */
export function Refusal({ error, onRetry, onDismiss }: Props) {
  const problem = asProblem(error);
  return (
    <Alert
      type="error"
      header={problem.title}
      dismissible={Boolean(onDismiss)}
      onDismiss={onDismiss}
      action={onRetry && <Button onClick={onRetry}>Try again</Button>}
    >
      <div role="alert">
        <div>{problem.message}</div>
        {problem.fix && <div>{problem.fix}</div>}
        {problem.retryAfter && <div>Try again in {problem.retryAfter} s.</div>}
        {problem.requestId && (
          <Box variant="small" color="inherit">
            Request <code>{problem.requestId}</code>
          </Box>
        )}
      </div>
    </Alert>
  );
}
