import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import type { Finding } from '../api/policies';

function kind(severity: string): StatusIndicatorProps.Type {
  const lower = severity.toLowerCase();
  if (lower.includes('error')) return 'error';
  return lower.includes('suggestion') || lower.includes('info') ? 'info' : 'warning';
}

/** What the validation found, with its place in the text. */
export function Findings({ findings }: { findings: Finding[] }) {
  if (findings.length === 0) return null;
  return (
    <ul className="steps" aria-label="Findings">
      {findings.map((finding) => (
        <li key={`${finding.code} ${finding.line} ${finding.column} ${finding.message}`}>
          <StatusIndicator type={kind(finding.severity)} wrapText>
            {finding.line !== undefined && (
              <span>
                {finding.line}:{finding.column ?? 1}{' '}
              </span>
            )}
            {finding.message}
          </StatusIndicator>
        </li>
      ))}
    </ul>
  );
}
