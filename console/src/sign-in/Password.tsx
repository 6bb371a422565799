import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { asProblem, type Problem, post } from '../api/client';
import { sessionQuery } from '../api/session';
import { TextField } from '../parts/fields';
import { told } from '../parts/notices';
import { Refusal } from '../parts/Refusal';
import { StepUp } from './StepUp';

/** Changes the password. */
export function Password({ name }: { name: string }) {
  const [current, setCurrent] = useState('');
  const [fresh, setFresh] = useState('');
  const [error, setError] = useState<Problem>();
  const [busy, setBusy] = useState(false);
  const [stepUp, setStepUp] = useState(false);
  const client = useQueryClient();
  const save = async () => {
    setBusy(true);
    setError(undefined);
    setStepUp(false);
    try {
      await post('/me/password', { body: { current, new: fresh } });
      setCurrent('');
      setFresh('');
      told('Your password has been changed.');
      await client.invalidateQueries({ queryKey: sessionQuery.queryKey });
    } catch (thrown) {
      const problem = asProblem(thrown);
      if (problem.code === 'mfa_required') setStepUp(true);
      else setError(problem);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Container header={<Header variant="h2">Password</Header>}>
      {stepUp && <StepUp onDone={save} onClose={() => setStepUp(false)} />}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <SpaceBetween size="m">
          {error && <Refusal error={error} />}
          <input type="text" autoComplete="username" value={name} readOnly hidden />
          <TextField
            label="Password now"
            type="password"
            autoComplete="current-password"
            value={current}
            onChange={setCurrent}
            error={error?.of('current')}
          />
          <TextField
            label="New password"
            type="password"
            autoComplete="new-password"
            hint="At least 12 characters"
            value={fresh}
            onChange={setFresh}
            error={error?.of('new')}
          />
          <Button loading={busy} disabled={!current || !fresh}>
            Change password
          </Button>
        </SpaceBetween>
      </form>
    </Container>
  );
}
