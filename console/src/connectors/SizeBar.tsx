import ProgressBar from '@cloudscape-design/components/progress-bar';
import type { PolicySize } from '../api/types';

interface Props {
  size: PolicySize;
}

const TIGHT_PERCENT = 80;
/** What AWS takes as the policy of a session. */
const MOST_CHARACTERS = 2048;

/** How much of AWS's room a session policy takes. */
export function SizeBar({ size }: Props) {
  const limit = size.limit ?? MOST_CHARACTERS;
  const percent = Math.round((size.characters / limit) * 100);
  const packed = size.packed_percent ? `, about ${Math.round(size.packed_percent)} % when packed` : '';
  const used = Math.max(percent, size.packed_percent ?? 0);
  return (
    <ProgressBar
      ariaLabel="Room taken by the session policy"
      value={Math.min(percent, 100)}
      status={used > 100 ? 'error' : 'in-progress'}
      resultText={`Too big: ${size.characters} of ${limit} characters${packed}`}
      additionalInfo={`${size.characters} of ${limit} characters${packed}${used > TIGHT_PERCENT ? '. Little room is left for tags.' : ''}`}
    />
  );
}
