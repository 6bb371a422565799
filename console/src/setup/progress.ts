import { useState } from 'react';

/** How far the setup has come. Ids alone: what was made is on the server. */
export interface Progress {
  step: number;
  connector?: string;
  account?: string;
  demo?: boolean;
}

const KEY = 'regent.setup';

function read(): Progress {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    const step = (kept as Progress).step;
    return { ...(kept as Progress), step: Number.isInteger(step) && step >= 0 && step <= 5 ? step : 0 };
  } catch {
    return { step: 0 };
  }
}

/** Kept by the browser, so that the setup can be left and taken up again. */
export function useProgress() {
  const [progress, setProgress] = useState(read);
  // A step that finishes notes what it has made, and the wizard then where it goes: neither may undo the other.
  const change = (part: Partial<Progress>) =>
    setProgress((old) => {
      const next = { ...old, ...part };
      localStorage.setItem(KEY, JSON.stringify(next));
      return next;
    });
  return { progress, change, forget: () => localStorage.removeItem(KEY) };
}
