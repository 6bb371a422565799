/** The policy with one element a line; nothing when it is not JSON. */
export function laidOut(policy: string): string | undefined {
  try {
    return JSON.stringify(JSON.parse(policy), null, 2);
  } catch {
    return undefined;
  }
}

/** A policy of the gallery, as text, with its variables filled. */
export function filled(policy: unknown, values: Record<string, string>): string {
  const text = typeof policy === 'string' ? policy : JSON.stringify(policy, null, 2);
  // What is typed goes inside a string of JSON and must stay there.
  const inside = (value: string) => JSON.stringify(value).slice(1, -1);
  // Longest names first: BUCKET_NAME is not BUCKET and a rest.
  const names = Object.keys(values).sort((a, b) => b.length - a.length);
  return names.reduce((done, name) => done.replaceAll(name, inside(values[name] ?? name)), text);
}
