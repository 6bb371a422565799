import type { Session } from '../api/types';

/** Until when something of a session goes on: its credentials, or a browser that was signed in with them. */
export const lastsUntil = (session: Pick<Session, 'expires_at' | 'console_until'>) =>
  session.console_until && Date.parse(session.console_until) > Date.parse(session.expires_at)
    ? session.console_until
    : session.expires_at;
