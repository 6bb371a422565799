const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

/** A length of time as a person says it: `1 h 30 min`, `45 s`, `2 d 4 h`. Two units at most. */
export function inWords(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < MINUTE) return `${whole} s`;
  const parts: [number, string][] = [
    [Math.floor(whole / DAY), 'd'],
    [Math.floor((whole % DAY) / HOUR), 'h'],
    [Math.floor((whole % HOUR) / MINUTE), 'min'],
  ];
  return parts
    .filter(([count]) => count > 0)
    .slice(0, 2)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ');
}

/** Hours stay hours here: `36 h`, since that is how AWS speaks of lifetimes. */
export function asLifetime(seconds: number): string {
  const hours = Math.floor(seconds / HOUR);
  const minutes = Math.floor((seconds % HOUR) / MINUTE);
  const rest = seconds % MINUTE;
  const parts = [hours && `${hours} h`, minutes && `${minutes} min`, rest && !hours && `${rest} s`];
  return parts.filter(Boolean).join(' ') || '0 s';
}

/** What a slider offers: a few round lengths, the exact bounds and the default always among them. */
export function steps(bounds: { min: number; max: number; default: number }): number[] {
  const round = [15, 30, 45, 60, 90, 120, 180, 240, 360, 480, 600, 720, 1080, 1440, 1800, 2160].map((m) => m * MINUTE);
  const inside = round.filter((seconds) => seconds > bounds.min && seconds < bounds.max);
  const all = new Set([bounds.min, ...inside, bounds.max]);
  if (bounds.default >= bounds.min && bounds.default <= bounds.max) all.add(bounds.default);
  return [...all].sort((a, b) => a - b);
}

/** A length of time as a person types it (`90 min`, `1h 30m`, `12h`, `3600`), in seconds. */
export function parseLifetime(text: string): number | undefined {
  const trimmed = text.trim().toLowerCase();
  if (/^\d{1,7}$/.test(trimmed)) return Number(trimmed);
  const match = /^(?:(\d{1,4})\s*h(?:ours?)?)?\s*(?:(\d{1,5})\s*m(?:in(?:utes?)?)?)?$/.exec(trimmed);
  if (!match || (match[1] === undefined && match[2] === undefined)) return undefined;
  return Number(match[1] ?? 0) * HOUR + Number(match[2] ?? 0) * MINUTE;
}
