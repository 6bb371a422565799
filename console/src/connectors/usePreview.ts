import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { post } from '../api/client';
import { type ConnectorDraft, sendable } from './draft';

const PAUSE_MS = 400;

function useSettled<Value>(value: Value): Value {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}

/** What the server would make of the draft, asked anew when the typing pauses. */
export function usePreview(draft: ConnectorDraft) {
  const settled = useSettled(draft);
  const [as, setAs] = useState<string>();
  const query = useQuery({
    queryKey: ['/connectors', 'preview', settled, as],
    queryFn: ({ signal }) =>
      post('/connectors/preview', {
        body: { connector: sendable(settled), ...(as ? { user_id: as } : {}) },
        signal,
      }),
    placeholderData: keepPreviousData,
    enabled: settled.account_id !== '',
    staleTime: 5000,
  });
  const { data } = query;
  return {
    data,
    error: query.error,
    waiting: query.isFetching,
    as,
    setAs,
    /** What is wrong with a field, once something stands in it. */
    issue: (field: string) => {
      const found = data?.problems.find((problem) => problem.name === field);
      const value = settled[field as keyof ConnectorDraft];
      const empty = value === undefined || value === null || value === '';
      return found && !empty ? [found.detail, found.fix].filter(Boolean).join(' ') : undefined;
    },
    /** Why a field has no effect on this upstream or type; nothing when it has. */
    capability: (field: string) => {
      const found = data?.capabilities.find((one) => one.field === field);
      return found && !found.allowed ? (found.reason ?? 'Not possible here') : undefined;
    },
  };
}
