import Alert from '@cloudscape-design/components/alert';
import Container from '@cloudscape-design/components/container';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Tiles from '@cloudscape-design/components/tiles';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { AccountFields } from '../accounts/AccountFields';
import { type AccountDraft, BLANK, sendable } from '../accounts/kinds';
import { all, asProblem, type Problem, post } from '../api/client';
import { accounts } from '../api/queries';
import type { Connector } from '../api/types';
import type { Step } from './Wizard';

type Where = 'demo' | 'own' | 'there';

/** The first account: a demonstration inside Regent's own IAM, or the organization's own. */
export function AccountStep({ onFinish, change, progress }: Step) {
  const client = useQueryClient();
  const known = useQuery(accounts.list).data ?? [];
  const [where, setWhere] = useState<Where>('demo');
  const [draft, setDraft] = useState<AccountDraft>({ ...BLANK, name: 'Production', upstream_id: 'upst_aws' });
  const [problem, setProblem] = useState<Problem>();
  const there = known.find((one) => one.id === progress.account);
  const chosen: Where = there && where === 'demo' ? 'there' : where;
  onFinish(async () => {
    setProblem(undefined);
    if (chosen === 'there') return;
    try {
      if (chosen === 'demo') {
        const made = await demo();
        change({ account: made.account_id, connector: made.id, demo: true, step: 3 });
      } else {
        const account = await post('/accounts', { body: sendable(draft) });
        change({ account: account.id, connector: undefined, demo: false, step: 3 });
      }
      await client.invalidateQueries();
    } catch (thrown) {
      setProblem(asProblem(thrown));
      throw thrown;
    }
  });
  return (
    <SpaceBetween size="l">
      <Container>
        <SpaceBetween size="l">
          {there && <StatusIndicator>{there.name} is there already</StatusIndicator>}
          <Tiles
            ariaLabel="Where Regent gets its own AWS rights"
            value={where}
            onChange={({ detail }) => setWhere(detail.value as Where)}
            items={[
              {
                value: 'demo',
                label: "Regent's own AWS",
                description: 'A demonstration in the STS and IAM that Regent itself serves. Works offline, at once.',
              },
              {
                value: 'own',
                label: 'An AWS account, or any STS',
                description: "An access key, this host's role, or a hop through another account.",
              },
            ]}
          />
          {chosen === 'demo' && (
            <Alert type="info">
              Makes the user <code>regent-broker</code> and the role <code>regent-demo</code>, which may read, in
              Regent's own IAM; an account and a connector on them. Delete them whenever you like.
            </Alert>
          )}
        </SpaceBetween>
      </Container>
      {chosen === 'own' && (
        <AccountFields
          form={{
            draft,
            set: (field, value) => setDraft((old) => ({ ...old, [field]: value })),
            change: (part) => setDraft((old) => ({ ...old, ...part })),
            error: (field) => problem?.of(field),
            problem,
            changed: true,
            saving: false,
            isNew: true,
          }}
        />
      )}
    </SpaceBetween>
  );
}

// A setup that was left after this step finds what it made then.
async function demo(): Promise<Connector> {
  try {
    return (await post('/setup/demo')).connector;
  } catch (thrown) {
    if (asProblem(thrown).code !== 'name_taken') throw thrown;
    const connectors = await all('/connectors');
    const made = connectors.find((one) => one.role_arn?.endsWith(':role/regent-demo'));
    if (!made) throw thrown;
    return made;
  }
}
