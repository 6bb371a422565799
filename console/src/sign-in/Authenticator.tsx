import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { asProblem, type Problem, post, remove } from '../api/client';
import { sessionQuery } from '../api/session';
import type { Enrollment } from '../api/types';
import { CodeBlock } from '../parts/Copyable';
import { TextField } from '../parts/fields';
import { told } from '../parts/notices';
import { Refusal } from '../parts/Refusal';

/** The authenticator app as a second factor. */
export function Authenticator({ enrolled, onDone }: { enrolled: boolean; onDone?: () => void }) {
  const client = useQueryClient();
  const [enrollment, setEnrollment] = useState<Enrollment>();
  const [removing, setRemoving] = useState(false);
  const [code, setCode] = useState('');
  const [error, setError] = useState<Problem>();
  const [busy, setBusy] = useState(false);
  const attempt = async (what: () => Promise<unknown>, done?: () => void) => {
    setBusy(true);
    setError(undefined);
    try {
      await what();
      setCode('');
      done?.();
    } catch (thrown) {
      setError(asProblem(thrown));
    } finally {
      setBusy(false);
    }
  };
  const finished = (text: string) => () => {
    setEnrollment(undefined);
    setRemoving(false);
    void client.invalidateQueries({ queryKey: sessionQuery.queryKey });
    told(text);
    onDone?.();
  };
  const asking = enrollment || removing;
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="Six digits that change every half minute."
          actions={
            !asking &&
            (enrolled ? (
              <Button onClick={() => setRemoving(true)}>Remove</Button>
            ) : (
              <Button loading={busy} onClick={() => attempt(async () => setEnrollment(await post('/me/totp')))}>
                Set up
              </Button>
            ))
          }
        >
          Authenticator app
        </Header>
      }
    >
      <SpaceBetween size="m">
        {error && <Refusal error={error} />}
        {!asking &&
          (enrolled ? (
            <StatusIndicator>Set up</StatusIndicator>
          ) : (
            <StatusIndicator type="stopped">Not set up</StatusIndicator>
          ))}
        {enrollment && <Scan enrollment={enrollment} />}
        {asking && (
          <form
            onSubmit={(event) => {
              event.preventDefault();
              const body = { code: code.trim() };
              void (enrollment
                ? attempt(() => post('/me/totp/confirm', { body }), finished('The authenticator app is set up.'))
                : attempt(() => remove('/me/totp', { body }), finished('The authenticator app has been removed.')));
            }}
          >
            <SpaceBetween size="m">
              <TextField
                label="Code that the app shows"
                value={code}
                onChange={setCode}
                inputMode="numeric"
                autoComplete="one-time-code"
                error={error?.of('code')}
              />
              <SpaceBetween direction="horizontal" size="xs">
                <Button variant="primary" loading={busy}>
                  {enrollment ? 'Confirm' : 'Remove'}
                </Button>
                <Button
                  variant="link"
                  formAction="none"
                  onClick={() => {
                    setEnrollment(undefined);
                    setRemoving(false);
                    setError(undefined);
                  }}
                >
                  Cancel
                </Button>
              </SpaceBetween>
            </SpaceBetween>
          </form>
        )}
      </SpaceBetween>
    </Container>
  );
}

function Scan({ enrollment }: { enrollment: Enrollment }) {
  return (
    <SpaceBetween size="s">
      <Box>Scan this with the app, then type the code it shows.</Box>
      <img
        className="qr"
        alt="QR code for the authenticator app"
        src={`data:image/svg+xml;charset=utf-8,${encodeURIComponent(enrollment.qr_svg)}`}
      />
      <ExpandableSection headerText="Type it instead">
        <CodeBlock what="secret of the app" text={enrollment.secret} />
      </ExpandableSection>
    </SpaceBetween>
  );
}
