import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useMe } from '../api/session';
import { CodeBlock } from '../parts/Copyable';
import { Moment } from '../parts/Moment';
import { roleName } from '../people/roles';
import { Authenticator } from './Authenticator';
import { Passkeys } from './Passkeys';
import { Password } from './Password';

/** The person's own sign-in: who Regent takes them for, password, second factors, command line. */
export function MySignIn() {
  const me = useMe();
  if (!me) return null;
  const isLocal = me.source === 'local';
  return (
    <SpaceBetween size="l">
      <Header variant="h1">My sign-in</Header>
      <Container header={<Header variant="h2">You</Header>}>
        <KeyValuePairs
          columns={3}
          items={[
            { label: 'Name', value: me.name },
            { label: 'E-mail', value: me.email ?? '–' },
            { label: 'Groups', value: me.groups.map((group) => group.name).join(', ') || 'None' },
            { label: 'Roles in Regent', value: me.roles.map(roleName).join(', ') || 'None' },
            { label: 'Signed in until', value: <Moment at={me.sign_in?.expires_at} /> },
            { label: 'Groups read', value: <Moment at={me.groups_refreshed_at} ago none="Just now" /> },
          ]}
        />
      </Container>
      {isLocal && <Authenticator enrolled={me.mfa_methods.includes('totp')} />}
      {isLocal && <Passkeys />}
      {isLocal && <Password name={me.name} />}
      <Container
        header={
          <Header variant="h2" description="Signs in through this browser; nothing secret is typed.">
            Command line
          </Header>
        }
      >
        <CodeBlock what="sign-in command" text={`regent login --server ${window.location.origin}`} />
      </Container>
    </SpaceBetween>
  );
}
