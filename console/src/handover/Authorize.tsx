import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { post } from '../api/client';
import { GoButton } from '../frame/Go';
import { Refusal } from '../parts/Refusal';
import { Handover } from './Handover';
import { type Ask, askOf, isLoopback } from './loopback';

/** Lets a command line on this machine act for the person. */
export function Authorize() {
  const [ask] = useState(() => askOf(window.location.search));
  const approve = useMutation({
    mutationFn: (body: Ask) => post('/auth/authorize', { body }),
    onSuccess: ({ redirect_to }) => {
      if (isLoopback(redirect_to)) window.location.replace(redirect_to);
    },
  });
  if (!ask) {
    return (
      <Handover title="This request cannot be used">
        <Alert type="error">
          It does not lead back to a program on this machine. Start the sign-in again from there.
        </Alert>
      </Handover>
    );
  }
  return (
    <Handover title="Sign in the command line?">
      <Box>
        A program on <strong className="break">{ask.client}</strong> asks to use Regent as you. It can then get every
        access that you have.
      </Box>
      <Box color="text-body-secondary">Go on only if you have just started it yourself.</Box>
      {approve.error && <Refusal error={approve.error} />}
      <SpaceBetween direction="horizontal" size="xs">
        <Button variant="primary" loading={approve.isPending || approve.isSuccess} onClick={() => approve.mutate(ask)}>
          Allow
        </Button>
        <GoButton path="/">Cancel</GoButton>
      </SpaceBetween>
    </Handover>
  );
}
