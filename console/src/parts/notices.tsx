import Flashbar, { type FlashbarProps } from '@cloudscape-design/components/flashbar';
import { useSyncExternalStore } from 'react';
import { asProblem } from '../api/client';

let shown: FlashbarProps.MessageDefinition[] = [];
const listeners = new Set<() => void>();
let count = 0;

function show(items: FlashbarProps.MessageDefinition[]) {
  shown = items;
  for (const listener of listeners) listener();
}

function add(message: FlashbarProps.MessageDefinition) {
  count += 1;
  const id = `notice-${count}`;
  const dismiss = () => show(shown.filter((one) => one.id !== id));
  show([{ ...message, id, dismissible: true, dismissLabel: 'Dismiss', onDismiss: dismiss }, ...shown].slice(0, 3));
  if (message.type === 'success') setTimeout(dismiss, 8000);
}

/** Says above the page that something was done. */
export function told(content: string) {
  add({ type: 'success', content, ariaRole: 'status' });
}

/** Says above the page that something was refused, and what to do. */
export function refused(thrown: unknown) {
  const problem = asProblem(thrown);
  const content = [problem.message, problem.fix, problem.requestId && `Request ${problem.requestId}`];
  add({ type: 'error', header: problem.title, content: content.filter(Boolean).join(' '), ariaRole: 'alert' });
}

export function Notices() {
  const items = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => shown,
  );
  return <Flashbar items={items} />;
}
