import type { Day, Grant } from '../api/types';
import { utc } from '../parts/Moment';

export const DAYS: Day[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const NAMES: Record<Day, string> = {
  mon: 'Mon',
  tue: 'Tue',
  wed: 'Wed',
  thu: 'Thu',
  fri: 'Fri',
  sat: 'Sat',
  sun: 'Sun',
};
export const dayName = (day: Day) => NAMES[day];

const DAY_MS = 86_400_000;

/** The day that a grant ends on, in UTC; empty, if it has no end. */
export const lastDay = ({ expires_at }: Grant) => (expires_at ? new Date(expires_at).toISOString().slice(0, 10) : '');

/** When a grant ends whose last day is written like this: null, if never, and undefined, if this is no day. */
export function endOf(grant: Grant, written: string): string | null | undefined {
  const day = written.trim();
  if (day === '') return null;
  // An end within a day stays what it is until somebody writes another day.
  if (day === lastDay(grant)) return grant.expires_at;
  const begins = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  // A parser may take 30 February for a day of March.
  if (Number.isNaN(begins) || new Date(begins).toISOString().slice(0, 10) !== day) return undefined;
  // The last day counts as a whole, wherever the reader sits.
  return new Date(begins + DAY_MS - 1000).toISOString();
}

/** What a grant depends on, in one line: `Mon, Tue 08:00–18:00 Europe/Berlin · from 10.0.0.0/8 · second factor`. */
export function describe(grant: Grant): string {
  const { conditions, expires_at } = grant;
  const parts: string[] = [];
  if (conditions.hours) {
    const { days, from, to, timezone } = conditions.hours;
    parts.push(`${days.map(dayName).join(', ')} ${from}–${to} ${timezone}`);
  }
  if (conditions.cidrs?.length) parts.push(`from ${conditions.cidrs.join(', ')}`);
  if (conditions.mfa) {
    parts.push(conditions.mfa === true ? 'second factor' : `second factor within ${conditions.mfa} min`);
  }
  if (expires_at) parts.push(`until ${utc(expires_at)}`);
  return parts.join(' · ') || 'always';
}
