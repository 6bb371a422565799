import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Tabs from '@cloudscape-design/components/tabs';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { asProblem, type Problem, post } from '../api/client';
import { statusQuery } from '../api/session';
import type { Issued, Usable } from '../api/types';
import { CodeBlock } from '../parts/Copyable';
import { Countdown } from '../parts/Countdown';
import { Refusal } from '../parts/Refusal';
import { StepUp } from '../sign-in/StepUp';
import { covered, type FormName, profile, written } from './forms';
import { LifetimeSlider } from './LifetimeSlider';

interface Props {
  connector: Usable;
  onIssued: () => void;
  onClose: () => void;
}

const FORMS: { id: Exclude<FormName, 'profile'>; label: string; what: string }[] = [
  { id: 'shell', label: 'Shell', what: 'shell exports' },
  { id: 'powershell', label: 'PowerShell', what: 'PowerShell variables' },
  { id: 'env', label: '.env', what: 'environment file' },
  { id: 'json', label: 'JSON', what: 'JSON' },
];

/** Hands out credentials. They live in this component's memory and are gone when it closes. */
export function Credentials({ connector, onIssued, onClose }: Props) {
  const [tab, setTab] = useState<string>('profile');
  const issuing = useIssuing(connector, onIssued);
  return (
    <>
      <Modal
        visible
        size="large"
        header={`Credentials of ${connector.name}`}
        onDismiss={onClose}
        footer={
          <Box float="right">
            <Button variant="link" onClick={onClose}>
              {issuing.issued ? 'Close and forget' : 'Close'}
            </Button>
          </Box>
        }
      >
        <Tabs
          ariaLabel="Forms of the credentials"
          activeTabId={tab}
          onChange={({ detail }) => setTab(detail.activeTabId)}
          tabs={[
            { id: 'profile', label: 'Profile', content: <Profile connector={connector} /> },
            ...FORMS.map((form) => ({
              id: form.id,
              label: form.label,
              content: <Taken form={form} connector={connector} issuing={issuing} />,
            })),
          ]}
        />
      </Modal>
      {issuing.stepUp && <StepUp onDone={issuing.issue} onClose={issuing.cancelStepUp} />}
    </>
  );
}

function Profile({ connector }: { connector: Usable }) {
  const status = useQuery(statusQuery).data;
  return (
    <SpaceBetween size="m">
      <Box>
        <strong>Recommended.</strong> Put this into <code>~/.aws/config</code>: every AWS SDK and tool then fetches
        fresh credentials by itself, and nothing secret is copied.
      </Box>
      <CodeBlock what="profile" text={profile(connector, window.location.origin, status)} />
      <Box>
        Sign in once with <code>regent login --server {window.location.origin}</code>; <code>regent config sync</code>{' '}
        writes such a profile for everything you may use.
      </Box>
    </SpaceBetween>
  );
}

interface TakenProps {
  form: (typeof FORMS)[number];
  connector: Usable;
  issuing: ReturnType<typeof useIssuing>;
}

function Taken({ form, connector, issuing }: TakenProps) {
  const { issued, seconds, setSeconds, error, busy, shown, setShown } = issuing;
  if (!issued) {
    return (
      <SpaceBetween size="l">
        {error && <Refusal error={error} />}
        {connector.lifetime && seconds && (
          <LifetimeSlider lifetime={connector.lifetime} value={seconds} onChange={setSeconds} />
        )}
        <Button variant="primary" loading={busy} onClick={issuing.issue}>
          Get credentials
        </Button>
      </SpaceBetween>
    );
  }
  return (
    <SpaceBetween size="m">
      {issued.warnings.length > 0 && (
        <Alert type="warning">
          {issued.warnings.map((warning) => (
            <div key={warning.code}>{warning.text}</div>
          ))}
        </Alert>
      )}
      <div className="spread">
        <Box>
          Ends in <Countdown until={issued.expiration} what="These credentials" />
          <div className="quiet break">{issued.arn}</div>
        </Box>
        <Button iconName={shown ? 'lock-private' : 'unlocked'} onClick={() => setShown(!shown)}>
          {shown ? 'Hide' : 'Reveal'}
        </Button>
      </div>
      <CodeBlock
        what={form.what}
        text={written(issued, form.id)}
        masked={shown ? undefined : written(covered(issued), form.id)}
      />
    </SpaceBetween>
  );
}

function useIssuing(connector: Usable, onIssued: () => void) {
  const client = useQueryClient();
  const [seconds, setSeconds] = useState(connector.lifetime?.default);
  const [issued, setIssued] = useState<Issued>();
  const [shown, setShown] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Problem>();
  const [stepUp, setStepUp] = useState(false);
  const issue = async () => {
    setBusy(true);
    setError(undefined);
    setStepUp(false);
    try {
      const body = { duration_seconds: seconds };
      const answer = await post('/connectors/{id}/credentials', { path: { id: connector.id }, body });
      // No form was asked for, and so it is Regent's own.
      setIssued(answer as Issued);
      onIssued();
      await client.invalidateQueries({ queryKey: ['/me', 'sessions'] });
    } catch (thrown) {
      const problem = asProblem(thrown);
      if (problem.code === 'mfa_required') setStepUp(true);
      else setError(problem);
    } finally {
      setBusy(false);
    }
  };
  const cancelStepUp = () => setStepUp(false);
  return { seconds, setSeconds, issued, shown, setShown, busy, error, stepUp, cancelStepUp, issue };
}
