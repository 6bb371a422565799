import Alert from '@cloudscape-design/components/alert';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { asProblem, type Problem, post } from '../api/client';
import { signedIn, statusQuery, useMe } from '../api/session';
import { useGo } from '../frame/follow';
import { TextField } from '../parts/fields';
import { Authenticator } from '../sign-in/Authenticator';
import { Passkeys } from '../sign-in/Passkeys';
import type { Step } from './Wizard';

/** The first administrator: made with the code that the server printed, then given a second factor. */
export function AdministratorStep({ onFinish, change }: Step) {
  const me = useMe();
  if (me) {
    return (
      <SpaceBetween size="l">
        <Alert type="success" header={`${me.display_name || me.name} is administrator`}>
          Add a second factor now: whoever has this account has everything. You can also do it later under My sign-in.
        </Alert>
        <Authenticator enrolled={me.mfa_methods.includes('totp')} />
        <Passkeys />
      </SpaceBetween>
    );
  }
  return <Form onFinish={onFinish} change={change} />;
}

function Form({ onFinish, change }: Pick<Step, 'onFinish' | 'change'>) {
  const client = useQueryClient();
  const go = useGo();
  const [draft, setDraft] = useState({ code: '', name: '', display_name: '', email: '', password: '' });
  const [problem, setProblem] = useState<Problem>();
  const field = (name: keyof typeof draft) => ({
    value: draft[name],
    onChange: (value: string) => setDraft((old) => ({ ...old, [name]: value })),
    error: problem?.of(name) ?? (name === 'code' && problem?.code === 'setup_code_wrong' ? problem.message : undefined),
  });
  onFinish(async () => {
    setProblem(undefined);
    try {
      const sent = Object.fromEntries(
        Object.entries(draft).map(([name, value]) => [name, name === 'password' ? value : value.trim()]),
      );
      const filled = Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== ''));
      const me = await post('/setup', { body: { code: '', name: '', password: '', ...filled } });
      change({ step: 0 });
      await go('/setup');
      signedIn(client, me);
      await client.invalidateQueries({ queryKey: statusQuery.queryKey });
    } catch (thrown) {
      setProblem(asProblem(thrown));
      throw thrown;
    }
  });
  return (
    <Container header={<Header variant="h2">The first administrator</Header>}>
      <SpaceBetween size="m">
        <TextField
          label="Setup code"
          description="Printed by the server when it started: whoever reads its output may set it up."
          autoFocus
          {...field('code')}
        />
        <TextField label="Name" hint="What you sign in with, such as ana." autoComplete="username" {...field('name')} />
        <TextField label="Display name" hint="Optional" autoComplete="name" {...field('display_name')} />
        <TextField label="E-mail" hint="Optional" inputMode="email" autoComplete="email" {...field('email')} />
        <TextField
          label="Password"
          type="password"
          hint="At least 12 characters"
          autoComplete="new-password"
          {...field('password')}
        />
      </SpaceBetween>
    </Container>
  );
}
