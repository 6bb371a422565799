/** What became of one field that two people saved. */
export interface Clash {
  field: string;
  base: unknown;
  mine: unknown;
  theirs: unknown;
}

type Fields = Record<string, unknown>;

/** Whether two values of JSON are the same, whatever the order of their members. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const left = a as Fields;
  const right = b as Fields;
  const names = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...names].every((name) => same(left[name], right[name]));
}

/**
 * Joins two edits of the same revision field by field. What only one side touched is taken from that side; what both
 * changed, and differently, is a clash that a person settles. Until then it holds what the other one saved.
 */
export function merge<Thing extends object>(
  base: Thing,
  mine: Thing,
  theirs: Thing,
): { merged: Thing; clashes: Clash[] } {
  const [first, left, right] = [base, mine, theirs] as Fields[] as [Fields, Fields, Fields];
  const merged: Fields = { ...right };
  const clashes: Clash[] = [];
  for (const field of new Set([...Object.keys(first), ...Object.keys(left)])) {
    if (same(left[field], first[field]) || same(left[field], right[field])) continue;
    if (same(right[field], first[field])) merged[field] = left[field];
    else clashes.push({ field, base: first[field], mine: left[field], theirs: right[field] });
  }
  return { merged: merged as Thing, clashes };
}
