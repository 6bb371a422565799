import { inWords } from './duration';

/** Seconds until a moment; none are left of a moment that has passed. */
export function secondsUntil(moment: string, now: number): number {
  const at = Date.parse(moment);
  return Number.isNaN(at) ? 0 : Math.max(0, Math.floor((at - now) / 1000));
}

/** What a clock shows: `1:04:09` above an hour, `4:09` below. */
export function clockFace(seconds: number): string {
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const two = (value: number) => String(value).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

const MARKS = [300, 60, 0];

/**
 * What a screen reader is told as time runs: at five minutes, at one and at the end. A clock read aloud every second
 * would drown the page.
 */
export function announcement(before: number, after: number): string | undefined {
  const passed = MARKS.filter((mark) => before > mark && after <= mark);
  const mark = passed.at(-1);
  if (mark === undefined) return undefined;
  return mark === 0 ? 'has ended' : `ends in ${inWords(mark)}`;
}
