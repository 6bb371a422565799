import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Tabs from '@cloudscape-design/components/tabs';
import { useQuery } from '@tanstack/react-query';
import { Bare } from '../frame/Bare';
import { Inline } from '../parts/Copyable';
import { Countdown } from '../parts/Countdown';
import { Loaded } from '../parts/Loaded';
import { Moment } from '../parts/Moment';
import { type ConsoleSession, type Ended, readSession } from './console';
import { IamList } from './IamList';
import { SwitchRole } from './SwitchRole';

/** The home of an AWS session that a login URL has opened: who it is, what it may see, where it may go. */
export function AwsSession() {
  const query = useQuery({ queryKey: ['aws-session'], queryFn: readSession, staleTime: 30_000 });
  return (
    <Bare wide>
      <Loaded query={query} what="the session">
        {(session) =>
          'ended' in session ? (
            <Over issuer={session.issuer} />
          ) : (
            <Home session={session} onEnd={() => query.refetch()} />
          )
        }
      </Loaded>
    </Bare>
  );
}

function Over({ issuer }: Pick<Ended, 'issuer'>) {
  return (
    <Container header={<Header variant="h1">No AWS session is open</Header>}>
      <SpaceBetween size="m">
        <Box>
          {issuer
            ? 'The session has ended. Open it again where it came from.'
            : 'This page shows a session that a login URL has opened. Open one, and come back.'}
        </Box>
        <Button variant="primary" href={issuer ?? '/console/'}>
          {issuer ? `To ${new URL(issuer).host}` : 'To My access'}
        </Button>
      </SpaceBetween>
    </Container>
  );
}

function Home({ session, onEnd }: { session: ConsoleSession; onEnd: () => void }) {
  return (
    <SpaceBetween size="l">
      <Container
        header={
          <Header
            variant="h1"
            description={<span className="break">{session.arn}</span>}
            actions={<Button href="/federation?Action=logout">Sign out</Button>}
          >
            {session.color && <Swatch color={session.color} />}
            {session.display_name ?? session.arn.slice(session.arn.lastIndexOf('/') + 1)}
          </Header>
        }
      >
        <KeyValuePairs
          columns={3}
          items={[
            { label: 'Account', value: <Inline text={session.account} what="account id" /> },
            { label: 'Alias', value: session.account_alias ?? '–' },
            { label: 'Ends in', value: <Countdown until={session.expires_at} what="This session" onEnd={onEnd} /> },
            { label: 'Ends at', value: <Moment at={session.expires_at} /> },
            { label: 'Source identity', value: <Inline text={session.source_identity} what="source identity" /> },
            {
              label: 'Opened by',
              value: session.issuer ? <a href={session.issuer}>{new URL(session.issuer).host}</a> : '–',
            },
          ]}
        />
      </Container>
      <Tabs
        ariaLabel="What the session may see"
        tabs={[
          {
            id: 'roles',
            label: 'IAM roles',
            content: <IamList what="roles" action="ListRoles" name="RoleName" csrf={session.csrf} />,
          },
          {
            id: 'users',
            label: 'IAM users',
            content: <IamList what="users" action="ListUsers" name="UserName" csrf={session.csrf} />,
          },
        ]}
      />
      {session.can_switch_role && <SwitchRole account={session.account} />}
    </SpaceBetween>
  );
}

function Swatch({ color }: { color: string }) {
  return (
    <svg className="swatch" viewBox="0 0 12 12" aria-hidden="true">
      <circle cx="6" cy="6" r="6" fill={`#${color.replace(/^#/, '')}`} />
    </svg>
  );
}
