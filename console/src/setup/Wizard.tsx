import CloudscapeWizard, { type WizardProps } from '@cloudscape-design/components/wizard';
import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { asProblem, type Problem } from '../api/client';
import { useMe } from '../api/session';
import { Bare } from '../frame/Bare';
import { useGo } from '../frame/follow';
import { Notices } from '../parts/notices';
import { Refusal } from '../parts/Refusal';
import { AccountStep } from './AccountStep';
import { AdministratorStep } from './AdministratorStep';
import { ConnectorStep } from './ConnectorStep';
import { GrantStep } from './GrantStep';
import { type Progress, useProgress } from './progress';
import { SignInStep } from './SignInStep';
import { TestStep } from './TestStep';

/** What a step tells the wizard: how to finish it. A step that throws stays. */
export interface Step {
  progress: Progress;
  change: (part: Partial<Progress>) => void;
  /** Called when the reader goes on. */
  onFinish: (finish: () => Promise<void>) => void;
}

/** From an empty server to the first credentials. */
export function Wizard() {
  const me = useMe();
  const go = useGo();
  const client = useQueryClient();
  const { progress, change, forget } = useProgress();
  const finish = useRef<() => Promise<void>>(async () => {});
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Problem>();
  const at = me ? progress.step : 0;

  const step: Step = {
    progress,
    change,
    onFinish: (how) => {
      finish.current = how;
    },
  };
  const stepTo = async (to: number, forward: boolean) => {
    setError(undefined);
    if (forward) {
      setBusy(true);
      try {
        await finish.current();
      } catch (thrown) {
        setError(asProblem(thrown));
        return;
      } finally {
        setBusy(false);
      }
    }
    finish.current = async () => {};
    change({ step: to });
  };
  const leave = async (done: boolean) => {
    if (done) {
      setBusy(true);
      try {
        await finish.current();
      } catch (thrown) {
        setError(asProblem(thrown));
        return;
      } finally {
        setBusy(false);
      }
      forget();
    }
    await client.invalidateQueries();
    await go('/');
  };
  const contents: [string, string, React.ReactNode, boolean?][] = [
    ['Administrator', 'Who looks after this server.', <AdministratorStep key="administrator" {...step} />],
    ['Sign-in', 'Where people come from. You can add a provider later.', <SignInStep key="sign-in" {...step} />, true],
    ['Account', 'Where Regent gets its own AWS rights.', <AccountStep key="account" {...step} />],
    ['Connector', 'What may be derived from the account.', <ConnectorStep key="connector" {...step} />],
    ['Test', 'Makes the real calls, and says where it fails.', <TestStep key="test" {...step} />, true],
    ['Share', 'Who may use it, and how.', <GrantStep key="share" {...step} />],
  ];
  const steps: WizardProps.Step[] = contents.map(([title, description, content, isOptional], index) => ({
    title,
    description,
    isOptional,
    // Only the step in view is mounted: it is the one that finishes.
    content: index === at ? content : null,
    errorText: undefined,
  }));
  return (
    <Bare wide>
      <Notices />
      {error && <Refusal error={error} />}
      <CloudscapeWizard
        steps={steps}
        activeStepIndex={at}
        isLoadingNextStep={busy}
        onNavigate={({ detail }) => stepTo(detail.requestedStepIndex, detail.requestedStepIndex > at)}
        onSubmit={() => leave(true)}
        onCancel={() => leave(false)}
        submitButtonText="Finish"
        i18nStrings={{
          stepNumberLabel: (number) => `Step ${number}`,
          collapsedStepsLabel: (number, count) => `Step ${number} of ${count}`,
          navigationAriaLabel: 'Steps of the setup',
          cancelButton: me ? 'Leave for now' : 'Cancel',
          previousButton: 'Back',
          nextButton: 'Next',
          optional: 'optional',
        }}
      />
    </Bare>
  );
}
