/** What this browser remembers about the cards: ids alone, never what was issued. */
const FAVOURITES = 'regent.favourites';
const RECENT = 'regent.recent';
const KEPT_RECENT = 4;

function read(key: string): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key) ?? '[]');
    return Array.isArray(kept) ? kept.filter((one): one is string => typeof one === 'string') : [];
  } catch {
    return [];
  }
}

const write = (key: string, ids: string[]) => localStorage.setItem(key, JSON.stringify(ids.slice(0, 200)));

export const favourites = () => read(FAVOURITES);
export const recent = () => read(RECENT);

export function toggleFavourite(id: string): string[] {
  const old = favourites();
  const next = old.includes(id) ? old.filter((one) => one !== id) : [id, ...old];
  write(FAVOURITES, next);
  return next;
}

export function noteUse(id: string): string[] {
  const next = [id, ...recent().filter((one) => one !== id)].slice(0, KEPT_RECENT);
  write(RECENT, next);
  return next;
}
