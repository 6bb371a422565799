import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { mySessions } from '../api/queries';
import type { Session } from '../api/types';
import { Countdown } from '../parts/Countdown';
import { Loaded } from '../parts/Loaded';
import { lastsUntil } from '../sessions/lasts';

const Revoke = lazy(() => import('../sessions/Revoke').then((module) => ({ default: module.Revoke })));

const alive = (session: Session) => session.state === 'active' && Date.parse(lastsUntil(session)) > Date.now();

/** What the person holds right now, how long it lasts, and the way to end it. */
export function ActiveSessions() {
  const query = useQuery({ ...mySessions, refetchInterval: 60_000 });
  const client = useQueryClient();
  const [ending, setEnding] = useState<Session>();
  const refresh = () => client.invalidateQueries({ queryKey: ['/me', 'sessions'] });
  return (
    <Container
      header={
        <Header variant="h2" description="Credentials and consoles of yours that still work.">
          Active sessions
        </Header>
      }
    >
      <Loaded query={query} what="sessions">
        {(sessions) => {
          const held = sessions.filter(alive);
          if (held.length === 0) return <Box color="text-body-secondary">No active sessions</Box>;
          return (
            <ul className="rows">
              {held.map((session) => (
                <li key={session.id} className="spread">
                  <div>
                    <strong>{session.connector.name}</strong>{' '}
                    <span className="quiet">
                      {session.purpose === 'console' ? 'console' : 'credentials'} · <code>{session.access_key_id}</code>
                    </span>
                  </div>
                  <div className="row-end">
                    <Countdown
                      until={lastsUntil(session)}
                      what={`Session of ${session.connector.name}`}
                      onEnd={refresh}
                    />
                    <Button
                      ariaLabel={`End the session of ${session.connector.name}`}
                      onClick={() => setEnding(session)}
                    >
                      End
                    </Button>
                  </div>
                </li>
              ))}
            </ul>
          );
        }}
      </Loaded>
      {ending && (
        <Suspense>
          <Revoke session={ending} verb="End session" onClose={() => setEnding(undefined)} />
        </Suspense>
      )}
    </Container>
  );
}
