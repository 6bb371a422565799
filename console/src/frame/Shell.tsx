import AppLayout from '@cloudscape-design/components/app-layout-toolbar';
import SideNavigation from '@cloudscape-design/components/side-navigation';
import TopNavigation, { type TopNavigationProps } from '@cloudscape-design/components/top-navigation';
import { useQueryClient } from '@tanstack/react-query';
import { Outlet, useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { post } from '../api/client';
import { signedOut, useMe } from '../api/session';
import type { Me } from '../api/types';
import { Waiting } from '../parts/Loaded';
import { Notices, refused } from '../parts/notices';
import { useFollow, useGo } from './follow';
import { activeHref, navigationFor } from './navigation';
import { chooseTheme, type Theme, useTheme } from './theme';

const FirstPassword = lazy(() =>
  import('../sign-in/FirstPassword').then((module) => ({ default: module.FirstPassword })),
);

const NARROW = 688;

/** The layout closes the navigation by itself when it has not measured the window yet; on a small one it should. */
const wasAsked = () => window.innerWidth <= NARROW || navigator.userActivation.isActive;

/** The console around a page: top bar, navigation, notices. */
export function Shell() {
  const me = useMe();
  const follow = useFollow();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const [navigation, setNavigation] = useState(() => window.innerWidth > NARROW);
  if (!me) return null;
  return (
    <>
      <a className="skip" href="#content">
        Skip to content
      </a>
      <div id="top">
        <TopBar me={me} />
      </div>
      <AppLayout
        headerSelector="#top"
        toolsHide
        navigationHide={me.must_change_password}
        navigationOpen={navigation}
        onNavigationChange={({ detail }) => (detail.open || wasAsked()) && setNavigation(detail.open)}
        navigation={
          <SideNavigation
            activeHref={activeHref(path)}
            items={navigationFor(me)}
            onFollow={(event) => {
              follow(event);
              if (window.innerWidth <= NARROW) setNavigation(false);
            }}
          />
        }
        notifications={<Notices />}
        stickyNotifications
        content={
          <div id="content">
            <Suspense fallback={<Waiting what="the page" />}>
              {me.must_change_password ? <FirstPassword name={me.name} /> : <Outlet />}
            </Suspense>
          </div>
        }
      />
    </>
  );
}

const THEMES: { id: Theme; text: string }[] = [
  { id: 'system', text: 'As the system' },
  { id: 'light', text: 'Light' },
  { id: 'dark', text: 'Dark' },
];

function TopBar({ me }: { me: Me }) {
  const theme = useTheme();
  const go = useGo();
  const follow = useFollow();
  const signOut = useSignOut();
  const utilities: TopNavigationProps.Utility[] = [
    {
      type: 'menu-dropdown',
      iconName: 'settings',
      ariaLabel: 'Appearance',
      title: 'Appearance',
      items: THEMES.map((one) => ({
        id: one.id,
        text: one.text,
        itemType: 'checkbox' as const,
        checked: one.id === theme,
      })),
      onItemClick: ({ detail }) => chooseTheme(detail.id as Theme),
    },
    {
      type: 'menu-dropdown',
      text: me.display_name || me.name,
      description: me.email ?? me.name,
      iconName: 'user-profile',
      items: [
        { id: 'sign-in', text: 'My sign-in' },
        { id: 'out', text: 'Sign out' },
      ],
      onItemClick: ({ detail }) => void (detail.id === 'out' ? signOut() : go('/sign-in')),
    },
  ];
  return (
    <TopNavigation
      identity={{
        href: '/console/',
        logo: { src: '/console/wordmark.svg', alt: 'Regent' },
        onFollow: (event) =>
          follow({ preventDefault: event.preventDefault.bind(event), detail: { href: '/console/' } }),
      }}
      utilities={utilities}
    />
  );
}

function useSignOut() {
  const client = useQueryClient();
  return async () => {
    try {
      const answer = await post('/auth/logout');
      // Before the browser leaves: it may keep this page as it is, for whoever comes back to it.
      signedOut(client);
      if (answer?.end_session_url) window.location.assign(answer.end_session_url);
    } catch (error) {
      refused(error);
    }
  };
}
