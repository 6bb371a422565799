import Badge from '@cloudscape-design/components/badge';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import ToggleButton from '@cloudscape-design/components/toggle-button';
import { lazy, Suspense, useState } from 'react';
import { asProblem } from '../api/client';
import type { Usable } from '../api/types';
import { asLifetime } from '../parts/duration';
import { refused } from '../parts/notices';
import { openConsole } from './openConsole';
import { STATES } from './words';

const StepUp = lazy(() => import('../sign-in/StepUp').then((module) => ({ default: module.StepUp })));

interface TitleProps {
  connector: Usable;
  favourite: boolean;
  onFavourite: () => void;
}

export function AccessTitle({ connector, favourite, onFavourite }: TitleProps) {
  return (
    <div className="card-title">
      <div>
        <Box variant="h2" fontSize="heading-m">
          {connector.name}
        </Box>
        <Box color="text-body-secondary" fontSize="body-s">
          <code>{connector.slug}</code>
        </Box>
      </div>
      <ToggleButton
        variant="icon"
        pressed={favourite}
        iconName="star"
        pressedIconName="star-filled"
        ariaLabel={`Keep ${connector.name} on top`}
        onChange={onFavourite}
      />
    </div>
  );
}

const roleName = (arn: string) => arn.slice(arn.indexOf(':role/') + ':role/'.length);

export function Facts({ connector }: { connector: Usable }) {
  const { account, lifetime, role_arn, labels, state } = connector;
  return (
    <SpaceBetween size="xs">
      {connector.description && <Box color="text-body-secondary">{connector.description}</Box>}
      <Box>
        {account.name}
        {account.aws_account_id && <span className="quiet"> · {account.aws_account_id}</span>}
        {role_arn && <span className="quiet break"> · {roleName(role_arn)}</span>}
      </Box>
      <SpaceBetween direction="horizontal" size="xxs">
        {lifetime && <Badge color="blue">up to {asLifetime(lifetime.max)}</Badge>}
        {connector.console !== 'denied' && (
          <Badge color="grey">{connector.console === 'only' ? 'console only' : 'console'}</Badge>
        )}
        {connector.scope === 'both' && <Badge color="grey">system</Badge>}
        {connector.via === 'admin' && <Badge color="severity-medium">as administrator</Badge>}
        {Object.entries(labels).map(([key, value]) => (
          <Badge key={key} color={value === 'prod' || value === 'production' ? 'red' : 'grey'}>
            {key}={value}
          </Badge>
        ))}
      </SpaceBetween>
      {state !== 'usable' && (
        <StatusIndicator type={state === 'failing' ? 'error' : state === 'disabled' ? 'stopped' : 'warning'}>
          {connector.reason ?? STATES[state]}
        </StatusIndicator>
      )}
    </SpaceBetween>
  );
}

interface ActionsProps {
  connector: Usable;
  onCredentials: () => void;
  onUsed: () => void;
}

export function AccessActions({ connector, onCredentials, onUsed }: ActionsProps) {
  const [busy, setBusy] = useState(false);
  const [stepUp, setStepUp] = useState(false);
  const open = async () => {
    setBusy(true);
    setStepUp(false);
    try {
      await openConsole(connector);
      onUsed();
    } catch (error) {
      if (asProblem(error).code === 'mfa_required') setStepUp(true);
      else refused(error);
    } finally {
      setBusy(false);
    }
  };
  const closed = connector.state === 'disabled' || connector.state === 'request_required';
  const why = closed ? (connector.reason ?? STATES[connector.state as 'disabled']) : undefined;
  return (
    <SpaceBetween direction="horizontal" size="xs">
      {connector.console !== 'denied' && (
        <Button
          iconName="external"
          iconAlign="right"
          loading={busy}
          disabled={closed}
          disabledReason={why}
          ariaLabel={`Open console of ${connector.name}`}
          onClick={open}
        >
          Open console
        </Button>
      )}
      {connector.console !== 'only' && (
        <Button
          disabled={closed}
          disabledReason={why}
          ariaLabel={`Get credentials of ${connector.name}`}
          onClick={onCredentials}
        >
          Get credentials
        </Button>
      )}
      {stepUp && (
        <Suspense>
          <StepUp onDone={open} onClose={() => setStepUp(false)} />
        </Suspense>
      )}
    </SpaceBetween>
  );
}
