import type { SideNavigationProps } from '@cloudscape-design/components/side-navigation';
import { holds } from '../api/session';
import type { Me, Role } from '../api/types';
import { to } from './follow';

interface Entry {
  text: string;
  path: string;
  /** Who else than an administrator may look. Nobody named: everybody. */
  roles?: Role[];
}

const GROUPS: { title: string; entries: Entry[] }[] = [
  {
    title: 'Access',
    entries: [
      { text: 'Connectors', path: '/connectors', roles: ['auditor', 'operator'] },
      { text: 'Accounts', path: '/accounts', roles: ['auditor'] },
      { text: 'Grants', path: '/grants', roles: ['auditor'] },
    ],
  },
  {
    title: 'People and machines',
    entries: [
      { text: 'People', path: '/people', roles: ['auditor'] },
      { text: 'Groups', path: '/groups', roles: ['auditor'] },
      { text: 'System callers', path: '/system-callers', roles: ['auditor'] },
    ],
  },
  {
    title: 'Watch',
    entries: [
      { text: 'Sessions', path: '/sessions', roles: ['auditor', 'operator'] },
      { text: 'Audit', path: '/audit', roles: ['auditor'] },
    ],
  },
  {
    title: 'Tools',
    entries: [
      { text: 'Policy tools', path: '/policies' },
      { text: 'Settings', path: '/settings', roles: ['auditor'] },
    ],
  },
];

/** What this person finds on the left. The server decides what they may do; this only spares them closed doors. */
export function navigationFor(me: Me): SideNavigationProps.Item[] {
  const items: SideNavigationProps.Item[] = [
    { type: 'link', text: 'My access', href: to('/') },
    { type: 'link', text: 'My sign-in', href: to('/sign-in') },
    { type: 'divider' },
  ];
  for (const group of GROUPS) {
    const entries = group.entries.filter((entry) => !entry.roles || holds(me, ...entry.roles));
    if (entries.length === 0) continue;
    items.push({
      type: 'section-group',
      title: group.title,
      items: entries.map((entry) => ({ type: 'link' as const, text: entry.text, href: to(entry.path) })),
    });
  }
  return items;
}

/** The entry that a page belongs to: `/connectors/conn_1` is under Connectors. */
export function activeHref(path: string): string {
  const first = path.split('/')[1] ?? '';
  return to(`/${first}`);
}
