/** The policy with one element a line; nothing when it is not JSON. */
export function laidOut(policy: string): string | undefined {
  try {
    return JSON.stringify(JSON.parse(policy), null, 2);
  } catch {
    return undefined;
  }
}
