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
  const change = (part: Partial<Progress>) => {
    const next = { ...progress, ...part };
    localStorage.setItem(KEY, JSON.stringify(next));
    setProgress(next);
  };
  return { progress, change, forget: () => localStorage.removeItem(KEY) };
}
