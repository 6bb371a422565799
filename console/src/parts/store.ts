import { type Collection, make, replace, type Saved, type Sent, type Stored } from '../api/collections';

/** Under what a thing is kept, and in which state. */
export type Kept = Pick<Stored, 'id' | 'revision'>;

interface Options<C extends Collection> {
  path: C;
  body: Sent<C>;
  /** Nothing, while it is new. */
  kept?: Kept;
  /** Hears at once what has been saved: what comes afterwards may fail, and is then tried again on top of it. */
  onKept: (saved: Saved<C>) => void;
  afterwards?: (saved: Saved<C>) => Promise<Saved<C>>;
}

/** Makes a thing, or changes it where it is kept already; then saves what has a call of its own. */
export async function store<C extends Collection>(options: Options<C>): Promise<Saved<C>> {
  const { path, body, kept, onKept, afterwards } = options;
  const saved = kept ? await replace(path, kept.id, body, kept.revision) : await make(path, body);
  onKept(saved);
  return afterwards ? afterwards(saved) : saved;
}
