import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { asProblem, type Problem, post } from '../api/client';
import { signedIn, useMe } from '../api/session';
import type { Me } from '../api/types';
import { GoButton } from '../frame/Go';
import { Refusal } from '../parts/Refusal';
import { byPasskey, passkeyProblem } from './useSignIn';

interface Props {
  onDone: () => void;
  onClose: () => void;
}

/** Asks for the second factor anew, for what wants a fresh one. */
export function StepUp({ onDone, onClose }: Props) {
  const me = useMe();
  const client = useQueryClient();
  const [code, setCode] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Problem>();
  const attempt = async (how: () => Promise<Me>) => {
    setBusy(true);
    setError(undefined);
    try {
      signedIn(client, await how());
      onDone();
    } catch (thrown) {
      setError(thrown instanceof DOMException ? passkeyProblem(thrown) : asProblem(thrown));
    } finally {
      setBusy(false);
      setCode('');
    }
  };
  const methods = me?.mfa_methods ?? [];
  return (
    <Modal
      visible
      header="Confirm that it is you"
      onDismiss={onClose}
      footer={
        <Box float="right">
          <Button variant="link" onClick={onClose}>
            Cancel
          </Button>
        </Box>
      }
    >
      <SpaceBetween size="m">
        {error && <Refusal error={error} />}
        {methods.length === 0 && (
          <SpaceBetween size="s">
            <Box>
              This access wants a second factor, and you have none yet. Add an authenticator app or a passkey first.
            </Box>
            <GoButton path="/sign-in">Add a second factor</GoButton>
          </SpaceBetween>
        )}
        {methods.includes('passkey') && (
          <Button
            fullWidth
            iconName="key"
            loading={busy}
            onClick={() =>
              attempt(() => byPasskey(post('/auth/step-up/passkey/start'), '/auth/step-up/passkey/finish'))
            }
          >
            Use a passkey
          </Button>
        )}
        {methods.includes('totp') && (
          <form
            onSubmit={(event) => {
              event.preventDefault();
              void attempt(() => post('/auth/step-up', { body: { code: code.trim() } }));
            }}
          >
            <SpaceBetween size="s">
              <FormField label="Code" description="Six digits from your authenticator app.">
                <Input
                  value={code}
                  onChange={({ detail }) => setCode(detail.value)}
                  inputMode="numeric"
                  autoComplete="one-time-code"
                  autoFocus
                />
              </FormField>
              <Button variant="primary" loading={busy}>
                Continue
              </Button>
            </SpaceBetween>
          </form>
        )}
      </SpaceBetween>
    </Modal>
  );
}
