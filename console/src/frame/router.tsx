import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  type RouteComponent,
} from '@tanstack/react-router';
import { Broken, Missing } from './Missing';
import { Root } from './Root';

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
  interface StaticDataRouteOption {
    /** Of the page, in the browser's tab. */
    title?: string;
    /** The page needs no sign-in of a person. */
    open?: boolean;
    /** The page has the console around it, which asks by itself for a password that is owed. */
    framed?: boolean;
  }
}

const root = createRootRoute({ component: Root, notFoundComponent: Missing });
const shell = createRoute({
  getParentRoute: () => root,
  id: 'shell',
  component: lazyRouteComponent(() => import('./Shell'), 'Shell'),
  staticData: { framed: true },
});

type Page = { path: string; title: string; component: RouteComponent; open?: boolean };

const inside: Page[] = [
  { path: '/', title: 'My access', component: lazyRouteComponent(() => import('../access/MyAccess'), 'MyAccess') },
  {
    path: '/sign-in',
    title: 'My sign-in',
    component: lazyRouteComponent(() => import('../sign-in/MySignIn'), 'MySignIn'),
  },
  {
    path: '/connectors',
    title: 'Connectors',
    component: lazyRouteComponent(() => import('../connectors/Connectors'), 'Connectors'),
  },
  {
    path: '/connectors/$id',
    title: 'Connector',
    component: lazyRouteComponent(() => import('../connectors/ConnectorEditor'), 'ConnectorEditor'),
  },
  {
    path: '/accounts',
    title: 'Accounts',
    component: lazyRouteComponent(() => import('../accounts/Accounts'), 'Accounts'),
  },
  {
    path: '/accounts/$id',
    title: 'Account',
    component: lazyRouteComponent(() => import('../accounts/AccountEditor'), 'AccountEditor'),
  },
  { path: '/people', title: 'People', component: lazyRouteComponent(() => import('../people/People'), 'People') },
  {
    path: '/people/$id',
    title: 'Person',
    component: lazyRouteComponent(() => import('../people/PersonEditor'), 'PersonEditor'),
  },
  { path: '/groups', title: 'Groups', component: lazyRouteComponent(() => import('../groups/Groups'), 'Groups') },
  {
    path: '/groups/$id',
    title: 'Group',
    component: lazyRouteComponent(() => import('../groups/GroupEditor'), 'GroupEditor'),
  },
  {
    path: '/system-callers',
    title: 'System callers',
    component: lazyRouteComponent(() => import('../system-callers/SystemCallers'), 'SystemCallers'),
  },
  {
    path: '/system-callers/$id',
    title: 'System caller',
    component: lazyRouteComponent(() => import('../system-callers/SystemCallerEditor'), 'SystemCallerEditor'),
  },
  { path: '/grants', title: 'Grants', component: lazyRouteComponent(() => import('../grants/Grants'), 'Grants') },
  {
    path: '/sessions',
    title: 'Sessions',
    component: lazyRouteComponent(() => import('../sessions/Sessions'), 'Sessions'),
  },
  {
    path: '/policies',
    title: 'Policy tools',
    component: lazyRouteComponent(() => import('../policies/PolicyTools'), 'PolicyTools'),
  },
  { path: '/audit', title: 'Audit', component: lazyRouteComponent(() => import('../audit/Audit'), 'Audit') },
  {
    path: '/settings',
    title: 'Settings',
    component: lazyRouteComponent(() => import('../settings/Settings'), 'Settings'),
  },
  {
    path: '/settings/sources/$id',
    title: 'Identity source',
    component: lazyRouteComponent(() => import('../settings/SourceEditor'), 'SourceEditor'),
  },
  {
    path: '/settings/upstreams/$id',
    title: 'Upstream',
    component: lazyRouteComponent(() => import('../settings/UpstreamEditor'), 'UpstreamEditor'),
  },
];

const alone: Page[] = [
  { path: '/setup', title: 'Set up', component: lazyRouteComponent(() => import('../setup/Wizard'), 'Wizard') },
  {
    path: '/authorize',
    title: 'Sign in the command line',
    component: lazyRouteComponent(() => import('../handover/Authorize'), 'Authorize'),
  },
  {
    path: '/device',
    title: 'Sign in a device',
    component: lazyRouteComponent(() => import('../handover/Device'), 'Device'),
  },
  {
    path: '/go/$slug',
    title: 'Open console',
    component: lazyRouteComponent(() => import('../handover/Continue'), 'Continue'),
  },
  {
    path: '/session',
    title: 'AWS session',
    open: true,
    component: lazyRouteComponent(() => import('../aws/AwsSession'), 'AwsSession'),
  },
  {
    path: '/expired',
    title: 'Session ended',
    open: true,
    component: lazyRouteComponent(() => import('../handover/Expired'), 'Expired'),
  },
];

function pages(parent: typeof root | typeof shell, list: Page[]) {
  return list.map(({ path, component, ...staticData }) =>
    createRoute({ getParentRoute: () => parent as typeof root, path, component, staticData }),
  );
}

export const router = createRouter({
  routeTree: root.addChildren([...pages(root, alone), shell.addChildren(pages(shell, inside))]),
  basepath: '/console',
  defaultErrorComponent: Broken,
  defaultPreload: 'intent',
  scrollRestoration: false,
});
