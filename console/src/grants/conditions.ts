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
