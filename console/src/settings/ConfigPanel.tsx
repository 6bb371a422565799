import Badge, { type BadgeProps } from '@cloudscape-design/components/badge';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { get, post } from '../api/client';
import { holds, useMe } from '../api/session';
import type { ConfigChange } from '../api/types';
import { AreaField } from '../parts/fields';
import { told } from '../parts/notices';
import { Refusal } from '../parts/Refusal';

const COLORS: Record<ConfigChange['action'], BadgeProps['color']> = {
  create: 'green',
  update: 'blue',
  delete: 'red',
  keep: 'grey',
};

/** The whole configuration as one text: exported, compared, applied. */
export function ConfigPanel() {
  const admin = holds(useMe());
  const client = useQueryClient();
  const [text, setText] = useState('');
  const load = useMutation({
    mutationFn: () => get('/config/export'),
    onSuccess: (document) => setText(document),
  });
  const plan = useMutation({ mutationFn: () => post('/config/plan', { body: { document: text } }) });
  const apply = useMutation({
    mutationFn: () => post('/config/apply', { body: { document: text } }),
    onSuccess: async () => {
      plan.reset();
      await client.invalidateQueries();
      told('The configuration has been applied.');
    },
  });
  if (!admin) return null;
  const changes = plan.data?.changes.filter((change) => change.action !== 'keep');
  return (
    <ExpandableSection
      variant="container"
      headerText="Configuration as text"
      headerDescription="YAML without secrets, for version control. The command line does the same: regent plan, regent apply."
    >
      <SpaceBetween size="m">
        <SpaceBetween direction="horizontal" size="xs">
          <Button loading={load.isPending} onClick={() => load.mutate()}>
            Load what is
          </Button>
          <Button disabled={!text} loading={plan.isPending} onClick={() => plan.mutate()}>
            Compare
          </Button>
          <Button
            variant="primary"
            disabled={!changes?.length}
            loading={apply.isPending}
            onClick={() => apply.mutate()}
          >
            Apply
          </Button>
        </SpaceBetween>
        {[load.error, plan.error, apply.error].map((error) => error && <Refusal key={String(error)} error={error} />)}
        <AreaField
          label="Configuration"
          mono
          rows={14}
          value={text}
          onChange={(value) => {
            setText(value);
            plan.reset();
          }}
        />
        {changes?.length === 0 && <Box>Nothing would change.</Box>}
        {changes?.map((change) => (
          <div key={`${change.kind} ${change.name}`}>
            <Badge color={COLORS[change.action]}>{change.action}</Badge> {change.kind} <strong>{change.name}</strong>
            <span className="quiet"> {change.fields.map((field) => field.name).join(', ')}</span>
          </div>
        ))}
      </SpaceBetween>
    </ExpandableSection>
  );
}
