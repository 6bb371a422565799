import type { ReactNode } from 'react';
import { Mark } from './Mark';

/** The frame of pages that stand alone: sign-in, approvals of the command line, goodbyes. */
export function Bare({ children, wide }: { children: ReactNode; wide?: boolean }) {
  return (
    <div className="bare">
      <header className="bare-brand">
        <Mark />
        <span>Regent</span>
      </header>
      <main className={wide ? 'bare-main bare-wide' : 'bare-main'}>{children}</main>
    </div>
  );
}
