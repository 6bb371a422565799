const LOCAL = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const RELATIVE = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });
const UNITS: [number, Intl.RelativeTimeFormatUnit][] = [
  [31_536_000, 'year'],
  [2_592_000, 'month'],
  [86_400, 'day'],
  [3600, 'hour'],
  [60, 'minute'],
];

/** `2026-11-22 06:40:12 UTC` */
export function utc(moment: string): string {
  const at = new Date(moment);
  return Number.isNaN(at.getTime()) ? moment : `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** `5 minutes ago`, `in 2 days`; numbers are seconds since 1970. */
export function relative(moment: string | number, now: number): string {
  const at = typeof moment === 'number' ? moment * 1000 : Date.parse(moment);
  const seconds = (at - now) / 1000;
  for (const [length, unit] of UNITS) {
    if (Math.abs(seconds) >= length) return RELATIVE.format(Math.trunc(seconds / length), unit);
  }
  return seconds > 0 ? 'in less than a minute' : 'just now';
}

/** A moment in the reader's own zone; pointing at it shows UTC. */
export function Moment({ at, ago, none = 'Never' }: { at?: string | null; ago?: boolean; none?: string }) {
  if (!at || Number.isNaN(Date.parse(at))) return <span className="quiet">{none}</span>;
  return (
    <time dateTime={at} title={ago ? `${LOCAL.format(new Date(at))}\n${utc(at)}` : utc(at)}>
      {ago ? relative(at, Date.now()) : LOCAL.format(new Date(at))}
    </time>
  );
}
