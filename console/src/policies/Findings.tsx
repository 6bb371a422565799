import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import type { Finding } from '../api/types';

const KINDS: Record<Finding['severity'], StatusIndicatorProps.Type> = {
  error: 'error',
  security_warning: 'warning',
  warning: 'warning',
  suggestion: 'info',
};

/** What the validation found, with its place in the text. */
export function Findings({ findings }: { findings: Finding[] }) {
  if (findings.length === 0) return null;
  return (
    <ul className="steps" aria-label="Findings">
      {findings.map((finding) => (
        <li key={`${finding.code} ${finding.line} ${finding.column} ${finding.message}`}>
          <StatusIndicator type={KINDS[finding.severity]} wrapText>
            <span>
              {finding.line}:{finding.column}{' '}
            </span>
            {finding.message}
          </StatusIndicator>
        </li>
      ))}
    </ul>
  );
}
