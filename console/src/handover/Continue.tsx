import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { asProblem, post } from '../api/client';
import { myConnectors } from '../api/queries';
import { useParam } from '../frame/follow';
import { GoButton } from '../frame/Go';
import { Refusal } from '../parts/Refusal';
import { StepUp } from '../sign-in/StepUp';
import { Handover } from './Handover';

/** A shared link has led here. Nothing opens before the person says so: another site may have sent them. */
export function Continue() {
  const slug = useParam('slug') ?? '';
  const [destination] = useState(() => new URLSearchParams(window.location.search).get('dest') ?? undefined);
  const [stepUp, setStepUp] = useState(false);
  const known = useQuery(myConnectors).data?.find((one) => one.slug === slug);
  const open = useMutation({
    mutationFn: () =>
      post('/connectors/{id}/console-url', { path: { id: slug }, body: destination ? { destination } : {} }),
    onSuccess: ({ url }) => window.location.replace(url),
    onError: (error) => setStepUp(asProblem(error).code === 'mfa_required'),
  });
  return (
    <Handover title={`Open ${known?.name ?? slug}?`}>
      <Box>
        The AWS console opens as a short-lived session
        {known && (
          <>
            {' '}
            in <strong>{known.account.name}</strong>
          </>
        )}
        {destination && (
          <>
            , at <code className="break">{destination}</code>
          </>
        )}
        . A console that is open in this browser gives way to it.
      </Box>
      {open.error && !stepUp && <Refusal error={open.error} />}
      <SpaceBetween direction="horizontal" size="xs">
        <Button variant="primary" loading={open.isPending || open.isSuccess} onClick={() => open.mutate()}>
          Continue
        </Button>
        <GoButton path="/">To My access</GoButton>
      </SpaceBetween>
      {stepUp && (
        <StepUp
          onDone={() => {
            setStepUp(false);
            open.mutate();
          }}
          onClose={() => setStepUp(false)}
        />
      )}
    </Handover>
  );
}
