import type { Usable } from '../api/types';

const words = (connector: Usable) =>
  [
    connector.name,
    connector.slug,
    connector.description,
    connector.account.name,
    connector.account.aws_account_id,
    connector.role_arn,
    ...Object.entries(connector.labels).map(([key, value]) => `${key}=${value}`),
  ]
    .filter(Boolean)
    .join(' ')
    .toLowerCase();

/** Whether every word that was typed occurs somewhere on the card. */
export function matches(connector: Usable, typed: string): boolean {
  const text = words(connector);
  return typed
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** Favourites first, what was used lately next, then by name. */
export function ordered(connectors: Usable[], favourites: string[], recent: string[]): Usable[] {
  const rank = (one: Usable) => {
    if (favourites.includes(one.id)) return -1000;
    const place = recent.indexOf(one.id);
    return place >= 0 ? place - 100 : 0;
  };
  return [...connectors].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}
