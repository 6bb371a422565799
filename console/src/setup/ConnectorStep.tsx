import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { PRINCIPAL_TYPES } from '../access/words';
import { asProblem, type Problem, patch, post } from '../api/client';
import { accounts, connectors } from '../api/queries';
import type { Connector } from '../api/types';
import { BLANK, sendable } from '../connectors/draft';
import { slugOf } from '../connectors/slug';
import { ChoiceField, TextField } from '../parts/fields';
import { Loaded } from '../parts/Loaded';
import { GalleryPicker, type Picked } from '../policies/GalleryPicker';
import { PolicyField } from '../policies/PolicyField';
import type { Step } from './Wizard';

/** The first connector: the one of the demonstration, narrowed if wanted, or one of the reader's own. */
export function ConnectorStep(step: Step) {
  const id = step.progress.connector;
  const query = useQuery({ ...connectors.one(id ?? ''), enabled: Boolean(id) });
  if (!id) return <New {...step} />;
  return (
    <Loaded query={query} what="the connector">
      {(connector) => <Narrow key={connector.revision} connector={connector} step={step} />}
    </Loaded>
  );
}

function Narrow({ connector, step }: { connector: Connector; step: Step }) {
  const client = useQueryClient();
  const account = useQuery(accounts.one(connector.account_id)).data;
  const [policy, setPolicy] = useState(connector.inline_policy ?? '');
  const [arns, setArns] = useState(connector.policy_arns);
  step.onFinish(async () => {
    if (policy === (connector.inline_policy ?? '') && arns === connector.policy_arns) return;
    await patch('/connectors/{id}', {
      path: { id: connector.id },
      body: { inline_policy: policy || null, policy_arns: arns },
      revision: connector.revision,
    });
    await client.invalidateQueries({ queryKey: ['/connectors'] });
  });
  return (
    <SpaceBetween size="l">
      <Container header={<Header variant="h2">{connector.name}</Header>}>
        <KeyValuePairs
          columns={2}
          items={[
            { label: 'Short name', value: <code>{connector.slug}</code> },
            { label: 'Account', value: account?.name ?? '–' },
            { label: 'Type', value: PRINCIPAL_TYPES[connector.principal_type].name },
            { label: 'Role', value: <span className="break">{connector.role_arn ?? '–'}</span> },
          ]}
        />
      </Container>
      <Policy policy={policy} setPolicy={setPolicy} arns={arns} setArns={setArns} />
    </SpaceBetween>
  );
}

function New({ onFinish, change, progress }: Step) {
  const client = useQueryClient();
  const list = useQuery(accounts.list).data ?? [];
  const [name, setName] = useState('Production read only');
  const [account, setAccount] = useState(progress.account ?? '');
  const [role, setRole] = useState('');
  const [policy, setPolicy] = useState('');
  const [arns, setArns] = useState<string[]>([]);
  const [problem, setProblem] = useState<Problem>();
  onFinish(async () => {
    setProblem(undefined);
    try {
      const draft = sendable({
        ...BLANK,
        name,
        slug: slugOf(name),
        account_id: account,
        role_arn: role,
        inline_policy: policy,
        policy_arns: arns,
      });
      const { grants: _, ...terms } = draft;
      const connector = await post('/connectors', { body: terms });
      await client.invalidateQueries({ queryKey: ['/connectors'] });
      change({ connector: connector.id, step: 4 });
    } catch (thrown) {
      setProblem(asProblem(thrown));
      throw thrown;
    }
  });
  return (
    <SpaceBetween size="l">
      <Container header={<Header variant="h2">Connector</Header>}>
        <SpaceBetween size="m">
          <TextField label="Name" value={name} onChange={setName} error={problem?.of('name')} />
          <ChoiceField
            label="Account"
            value={account || undefined}
            choices={list.map((one) => ({ value: one.id, label: one.name }))}
            onChange={setAccount}
            error={problem?.of('account_id')}
          />
          <TextField
            label="Role ARN"
            description="The role that is assumed. It must trust the account's credentials."
            placeholder="arn:aws:iam::111122223333:role/Developer"
            value={role}
            onChange={(arn) => setRole(arn.trim())}
            error={problem?.of('role_arn')}
          />
        </SpaceBetween>
      </Container>
      <Policy policy={policy} setPolicy={setPolicy} arns={arns} setArns={setArns} />
    </SpaceBetween>
  );
}

interface PolicyProps {
  policy: string;
  setPolicy: (policy: string) => void;
  arns: string[];
  setArns: (arns: string[]) => void;
}

function Policy({ policy, setPolicy, arns, setArns }: PolicyProps) {
  const [picking, setPicking] = useState(false);
  const take = (picked: Picked) => {
    if ('arn' in picked) setArns([...new Set([...arns, picked.arn])]);
    else setPolicy(picked.policy);
    setPicking(false);
  };
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="Optional. A session policy narrows what the role may do."
          actions={<Button onClick={() => setPicking(true)}>Choose from the gallery</Button>}
        >
          Narrow it
        </Header>
      }
    >
      <SpaceBetween size="m">
        {arns.map((arn) => (
          <Box key={arn}>
            <code className="break">{arn}</code>{' '}
            <Button
              variant="inline-link"
              ariaLabel={`Remove ${arn}`}
              onClick={() => setArns(arns.filter((one) => one !== arn))}
            >
              Remove
            </Button>
          </Box>
        ))}
        {policy === '' && arns.length === 0 && (
          <Box color="text-body-secondary">Nothing is narrowed: sessions may do what the role may do.</Box>
        )}
        {policy !== '' && <PolicyField label="Session policy" value={policy} onChange={setPolicy} />}
      </SpaceBetween>
      {picking && <GalleryPicker type="assume_role" onPick={take} onClose={() => setPicking(false)} />}
    </Container>
  );
}
