/** What the policy tools speak of. */

export interface GalleryCard {
  id: string;
  number: number;
  title: string;
  explanation: string;
  tags: string[];
  kind: string;
  policy?: unknown;
  /** `blank` is what stands in the policy in place of the value. */
  variables: { name: string; blank?: string; what: string; example: string; many?: boolean; optional?: boolean }[];
  works_with: string[];
  notes?: string | string[];
}

export interface Finding {
  severity: string;
  code: string;
  message: string;
  line?: number;
  column?: number;
}

export interface LintReport {
  /** Whether IAM would store it at all; if not, `refusal` says why. */
  admissible?: boolean;
  refusal?: { message: string; explanation: string; line: number; column: number };
  findings: Finding[];
  size?: { characters: number; limit?: number; packed_percent?: number };
}

export interface SimulationResult {
  action: string;
  resource: string;
  decision: string;
  text: string;
  statements?: unknown[];
  explanation?: unknown;
}
