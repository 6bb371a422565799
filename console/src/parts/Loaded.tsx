import Box from '@cloudscape-design/components/box';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Spinner from '@cloudscape-design/components/spinner';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Refusal } from './Refusal';

interface Props<Data> {
  query: UseQueryResult<Data>;
  /** What is being fetched, for those who wait: "connectors". */
  what: string;
  children: (data: Data) => ReactNode;
}

/** The one place where screens wait and fail: a spinner, a refusal that can be retried, or the data. */
export function Loaded<Data>({ query, what, children }: Props<Data>) {
  if (query.data !== undefined) {
    return (
      <>
        {query.isError && <Refusal error={query.error} onRetry={() => query.refetch()} />}
        {children(query.data)}
      </>
    );
  }
  if (query.isError) return <Refusal error={query.error} onRetry={() => query.refetch()} />;
  return <Waiting what={what} />;
}

export function Waiting({ what }: { what: string }) {
  return (
    <Box padding="xxl" textAlign="center" color="text-body-secondary">
      <span role="status">
        <Spinner /> Loading {what}
      </span>
    </Box>
  );
}

interface EmptyProps {
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}

/** Nothing is here yet, why that is, and where to begin. */
export function Empty({ title, children, action }: EmptyProps) {
  return (
    <Box textAlign="center" padding={{ vertical: 'l', horizontal: 's' }}>
      <SpaceBetween size="s">
        <Box variant="strong" color="inherit">
          {title}
        </Box>
        {children && <Box color="text-body-secondary">{children}</Box>}
        {action}
      </SpaceBetween>
    </Box>
  );
}
