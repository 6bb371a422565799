import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { asProblem, post } from '../api/client';
import { GoButton } from '../frame/Go';
import { TextField } from '../parts/fields';
import { Refusal } from '../parts/Refusal';
import { Handover } from './Handover';

/** Lets a program on another machine act for the person, by the code that it shows. */
export function Device() {
  const [code, setCode] = useState(() => new URLSearchParams(window.location.search).get('user_code') ?? '');
  const approve = useMutation({
    mutationFn: () => post('/auth/device/approve', { body: { user_code: code.trim().toUpperCase() } }),
  });
  if (approve.isSuccess) {
    return (
      <Handover title="Done">
        <Alert type="success">The program is signed in as you. You can close this page.</Alert>
      </Handover>
    );
  }
  return (
    <Handover title="Sign in a device?">
      <Box>Compare the code with the one that the program shows. It can then get every access that you have.</Box>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          approve.mutate();
        }}
      >
        <SpaceBetween size="m">
          {approve.error && <Refusal error={approve.error} />}
          <TextField
            label="Code"
            value={code}
            onChange={setCode}
            error={approve.error ? asProblem(approve.error).of('user_code') : undefined}
          />
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="primary" loading={approve.isPending} disabled={!code.trim()}>
              Allow
            </Button>
            <GoButton path="/" formAction="none">
              Cancel
            </GoButton>
          </SpaceBetween>
        </SpaceBetween>
      </form>
    </Handover>
  );
}
