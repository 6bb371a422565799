import type { Subject } from '../api/types';

/** A subject as one text, for lists and comparisons: `group:grp_…`. */
export function subjectKey(subject: Subject): string {
  if ('group' in subject) return `group:${subject.group}`;
  if ('user' in subject) return `user:${subject.user}`;
  return `system_caller:${subject.system_caller}`;
}

export function subjectOf(key: string): Subject {
  const at = key.indexOf(':');
  const id = key.slice(at + 1);
  switch (key.slice(0, at)) {
    case 'group':
      return { group: id };
    case 'user':
      return { user: id };
    default:
      return { system_caller: id };
  }
}
