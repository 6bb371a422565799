import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { post } from '../api/client';
import type { PolicySize } from '../api/types';
import { SizeBar } from '../connectors/SizeBar';
import { AreaField } from '../parts/fields';
import { Findings } from './Findings';
import { laidOut } from './layout';

interface Props {
  label: string;
  value: string;
  onChange: (policy: string) => void;
  error?: string;
  rows?: number;
  size?: PolicySize;
}

const PAUSE_MS = 500;

/** A policy being written, read along by the server's own validation. */
export function PolicyField({ label, value, onChange, error, rows, size }: Props) {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [value]);
  const lint = useQuery({
    queryKey: ['/policies', 'lint', settled],
    queryFn: ({ signal }) => post('/policies/lint', { body: { policy: settled }, signal }),
    placeholderData: keepPreviousData,
    enabled: settled.trim() !== '',
    staleTime: 60_000,
  });
  const written = value.trim() !== '';
  const shown = size ?? lint.data?.size;
  return (
    <SpaceBetween size="s">
      <AreaField
        label={label}
        mono
        value={value}
        onChange={onChange}
        error={error}
        rows={rows ?? Math.min(18, Math.max(6, value.split('\n').length))}
        hint={
          <Button
            formAction="none"
            variant="inline-link"
            disabled={!laidOut(value) || laidOut(value) === value}
            onClick={() => onChange(laidOut(value) ?? value)}
          >
            Lay out
          </Button>
        }
      />
      {written && shown && <SizeBar size={shown} />}
      {written && lint.data?.refusal && (
        <StatusIndicator type="error" wrapText>
          {lint.data.refusal.line}:{lint.data.refusal.column} {lint.data.refusal.message}{' '}
          {lint.data.refusal.explanation}
        </StatusIndicator>
      )}
      {written && lint.data?.findings.length === 0 && !lint.data.refusal && (
        <StatusIndicator>Nothing to remark</StatusIndicator>
      )}
      {written && lint.data && <Findings findings={lint.data.findings} />}
      {written && lint.error && <Box color="text-status-error">{lint.error.message}</Box>}
    </SpaceBetween>
  );
}
