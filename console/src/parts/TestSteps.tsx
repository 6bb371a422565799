import Box from '@cloudscape-design/components/box';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import type { TestReport, TestStep } from '../api/types';

const KINDS: Record<TestStep['status'], StatusIndicatorProps.Type> = {
  ok: 'success',
  warn: 'warning',
  fail: 'error',
  skipped: 'stopped',
};

/** What a test tried, step by step, and how to mend what failed. */
export function TestSteps({ report }: { report: TestReport }) {
  const skipped = report.steps.filter((step) => step.status === 'skipped').length;
  return (
    <SpaceBetween size="s">
      <StatusIndicator type={report.ok ? 'success' : 'error'}>
        <strong>{report.ok ? 'It works' : 'It does not work yet'}</strong>
      </StatusIndicator>
      {'arn' in report && report.arn && (
        <Box color="text-body-secondary">
          AWS answered as <code className="break">{report.arn}</code>
        </Box>
      )}
      <ol className="steps">
        {report.steps
          .filter((step) => step.status !== 'skipped')
          .map((step) => (
            <li key={step.number}>
              <StatusIndicator type={KINDS[step.status]} wrapText>
                {step.text}
              </StatusIndicator>
              {step.fix && <Box color="text-body-secondary">{step.fix}</Box>}
            </li>
          ))}
      </ol>
      {skipped > 0 && (
        <Box color="text-body-secondary" fontSize="body-s">
          {skipped} {skipped === 1 ? 'step was' : 'steps were'} not needed.
        </Box>
      )}
    </SpaceBetween>
  );
}
