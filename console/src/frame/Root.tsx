import I18nProvider from '@cloudscape-design/components/i18n';
import messages from '@cloudscape-design/components/i18n/messages/all.en';
import { useQuery } from '@tanstack/react-query';
import { Outlet, useMatches, useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useRef } from 'react';
import { sessionQuery, statusQuery } from '../api/session';
import { Waiting } from '../parts/Loaded';
import { Refusal } from '../parts/Refusal';
import { Bare } from './Bare';

const SignIn = lazy(() => import('../sign-in/SignIn').then((module) => ({ default: module.SignIn })));
const FirstPassword = lazy(() =>
  import('../sign-in/FirstPassword').then((module) => ({ default: module.FirstPassword })),
);
const Wizard = lazy(() => import('../setup/Wizard').then((module) => ({ default: module.Wizard })));

/** Decides who sees what at all: the wizard before there is an administrator, sign-in before there is a person. */
export function Root() {
  useTitleAndFocus();
  return (
    <I18nProvider locale="en" messages={[messages]}>
      <Suspense fallback={<Waiting what="the console" />}>
        <Gate />
      </Suspense>
    </I18nProvider>
  );
}

function Gate() {
  const open = useMatches({ select: (matches) => matches.some((match) => match.staticData.open) });
  const framed = useMatches({ select: (matches) => matches.some((match) => match.staticData.framed) });
  const status = useQuery({ ...statusQuery, enabled: !open });
  const session = useQuery({ ...sessionQuery, enabled: !open });
  if (open) return <Outlet />;
  const failed = session.error ?? status.error;
  if (failed && !session.data) {
    return (
      <Bare>
        <Refusal error={failed} onRetry={() => Promise.all([status.refetch(), session.refetch()])} />
      </Bare>
    );
  }
  if (!status.data || !session.data) return <Waiting what="the console" />;
  const me = session.data.signed_in ? session.data.me : undefined;
  if (me?.must_change_password && !framed) {
    return (
      <Bare>
        <FirstPassword name={me.name} />
      </Bare>
    );
  }
  // Nobody goes on with a page, or a draft, of somebody else.
  if (me) return <Outlet key={me.id} />;
  return status.data.setup === 'required' ? <Wizard /> : <SignIn />;
}

// A page that changes without loading says so: by its title, and by where the focus goes.
function useTitleAndFocus() {
  const title = useMatches({
    select: (matches) => matches.findLast((match) => match.staticData.title)?.staticData.title,
  });
  const path = useRouterState({ select: (state) => state.resolvedLocation?.pathname });
  const first = useRef(true);
  useEffect(() => {
    document.title = title ? `${title} · Regent` : 'Regent';
  }, [title]);
  useEffect(() => {
    if (!path) return;
    if (first.current) {
      first.current = false;
      return;
    }
    const heading = document.querySelector<HTMLElement>('main h1') ?? document.querySelector<HTMLElement>('main');
    heading?.setAttribute('tabindex', '-1');
    heading?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, [path]);
}
