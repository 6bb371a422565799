import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { statusQuery } from '../api/session';
import { Bare } from '../frame/Bare';
import { Refusal } from '../parts/Refusal';
import { passkeysWork } from './passkey';
import { useSignIn } from './useSignIn';

/** Proves who somebody is; what they wanted to see opens after it. */
export function SignIn() {
  const status = useQuery(statusQuery).data;
  const signIn = useSignIn();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const submit = () => {
    // A code is good for one attempt, right or wrong.
    void signIn.withPassword(name.trim(), password, code.trim() || undefined).finally(() => setCode(''));
  };
  return (
    <Bare>
      <Container header={<Header variant="h1">{signIn.second ? 'One more step' : 'Sign in'}</Header>}>
        <SpaceBetween size="l">
          {signIn.error && <Refusal error={signIn.error} />}
          <form
            onSubmit={(event) => {
              event.preventDefault();
              submit();
            }}
          >
            <SpaceBetween size="m">
              {signIn.second ? (
                <FormField label="Code" description="Six digits from your authenticator app.">
                  <Input
                    value={code}
                    onChange={({ detail }) => setCode(detail.value)}
                    inputMode="numeric"
                    autoComplete="one-time-code"
                    autoFocus
                  />
                </FormField>
              ) : (
                <SpaceBetween size="m">
                  <FormField label="Name">
                    <Input
                      value={name}
                      onChange={({ detail }) => setName(detail.value)}
                      autoComplete="username webauthn"
                      autoFocus
                      spellcheck={false}
                    />
                  </FormField>
                  <FormField label="Password">
                    <Input
                      type="password"
                      value={password}
                      onChange={({ detail }) => setPassword(detail.value)}
                      autoComplete="current-password"
                    />
                  </FormField>
                </SpaceBetween>
              )}
              <Button variant="primary" fullWidth loading={signIn.busy === 'password'}>
                {signIn.second ? 'Continue' : 'Sign in'}
              </Button>
              {signIn.second && (
                <Button variant="link" formAction="none" onClick={signIn.startOver}>
                  Start over
                </Button>
              )}
            </SpaceBetween>
          </form>
          {status?.passkeys && passkeysWork() && (
            <Button
              fullWidth
              iconName="key"
              loading={signIn.busy === 'passkey'}
              onClick={() => signIn.withPasskey(signIn.second ? name.trim() : undefined)}
            >
              {signIn.second ? 'Use a passkey instead' : 'Sign in with a passkey'}
            </Button>
          )}
          {!signIn.second && status && status.sources.length > 0 && (
            <SpaceBetween size="s">
              <Box textAlign="center" color="text-body-secondary">
                or with your organization's account
              </Box>
              {status.sources.map((source) => (
                <Button key={source.id} fullWidth href={start(source.id)}>
                  {source.name}
                </Button>
              ))}
            </SpaceBetween>
          )}
        </SpaceBetween>
      </Container>
    </Bare>
  );
}

function start(source: string): string {
  const search = new URLSearchParams({ source, return_to: window.location.pathname + window.location.search });
  return `/api/v1/auth/oidc/start?${search}`;
}
