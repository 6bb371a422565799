import type { AuditEvent } from '../api/types';

const SENTENCES: Record<string, string> = {
  'credentials.issue': 'Got credentials',
  'console.open': 'Opened the console',
  login: 'Signed in',
  'session.revoke': 'Revoked a session',
};

/** What an event says, in words where there are any: `connector.create` is "Connector: create". */
export function sentence(event: AuditEvent): string {
  const known = SENTENCES[event.action];
  if (known) return known;
  const text = event.action.replaceAll('.', ': ').replaceAll('_', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The name of whoever or whatever takes part, as far as the event knows it. */
export function nameOf(part?: { name: string; id: string }): string {
  return part?.name || part?.id || '–';
}
