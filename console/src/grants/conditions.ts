import type { Grant } from '../api/types';
import { utc } from '../parts/Moment';

export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const NAMES: Record<string, string> = {
  mon: 'Mon',
  tue: 'Tue',
  wed: 'Wed',
  thu: 'Thu',
  fri: 'Fri',
  sat: 'Sat',
  sun: 'Sun',
};
export const dayName = (day: string) => NAMES[day] ?? day;

/** What a grant depends on, in one line: `Mon, Tue 08:00–18:00 Europe/Berlin · from 10.0.0.0/8 · second factor`. */
export function describe(grant: Grant): string {
  const { conditions, expires_at } = grant;
  const parts: string[] = [];
  if (conditions?.hours) {
    const { days, from, to, timezone } = conditions.hours;
    parts.push(`${days.map(dayName).join(', ')} ${from}–${to} ${timezone}`);
  }
  if (conditions?.cidrs?.length) parts.push(`from ${conditions.cidrs.join(', ')}`);
  if (conditions?.mfa_minutes) parts.push(`second factor within ${conditions.mfa_minutes} min`);
  if (expires_at) parts.push(`until ${utc(new Date(expires_at * 1000).toISOString())}`);
  return parts.join(' · ') || 'always';
}
