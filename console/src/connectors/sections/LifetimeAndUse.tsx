import Box from '@cloudscape-design/components/box';
import Checkbox from '@cloudscape-design/components/checkbox';
import ColumnLayout from '@cloudscape-design/components/column-layout';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { Preview } from '../../api/types';
import { asLifetime } from '../../parts/duration';
import { ChoiceField, LifetimeField, ListField, TextField } from '../../parts/fields';
import type { Section } from './section';

export function LifetimeAndUse({ form, issue, capability, preview }: Section & { preview?: Preview }) {
  const { draft, set } = form;
  const allowed = preview?.lifetime;
  const noConsole = draft.principal_type === 'iam_user_session' ? 'AWS opens no console for this type.' : undefined;
  return (
    <Container header={<Header variant="h2">Lifetime and use</Header>}>
      <SpaceBetween size="l">
        <ColumnLayout columns={2}>
          <LifetimeField
            label="At most"
            hint={allowed ? `${asLifetime(allowed.min)} to ${asLifetime(allowed.max)} are possible` : 'For example 4 h'}
            placeholder="As long as AWS allows"
            seconds={draft.max_seconds}
            onChange={(seconds) => set('max_seconds', seconds)}
            error={issue('max_seconds')}
          />
          <LifetimeField
            label="Unless asked otherwise"
            placeholder={allowed ? asLifetime(allowed.default) : '1 h'}
            seconds={draft.default_seconds}
            onChange={(seconds) => set('default_seconds', seconds)}
            error={issue('default_seconds')}
          />
        </ColumnLayout>
        {allowed?.because_text && <Box color="text-body-secondary">{allowed.because_text}</Box>}
        <ColumnLayout columns={2}>
          <ChoiceField
            label="AWS console"
            value={noConsole ? 'denied' : draft.console}
            onChange={(value) => set('console', value)}
            disabled={Boolean(noConsole ?? capability('console'))}
            hint={noConsole ?? capability('console')}
            error={issue('console')}
            choices={[
              { value: 'allowed', label: 'Console and credentials' },
              { value: 'only', label: 'Console only, never keys' },
              { value: 'denied', label: 'Credentials only' },
            ]}
          />
          <ChoiceField
            label="For"
            value={draft.scope}
            onChange={(scope) => set('scope', scope)}
            error={issue('scope')}
            choices={[
              { value: 'user', label: 'People' },
              { value: 'system', label: 'System callers' },
              { value: 'both', label: 'People and system callers' },
            ]}
          />
          <ChoiceField
            label="Second factor"
            value={draft.require_mfa}
            onChange={(value) => set('require_mfa', value)}
            error={issue('require_mfa')}
            choices={[
              { value: 'no', label: 'Not asked for' },
              { value: 'login', label: 'At sign-in' },
              { value: 'fresh', label: 'Fresh, within minutes' },
              { value: 'upstream', label: 'Passed on to AWS' },
            ]}
          />
          <TextField
            label="Region"
            hint="Put into profiles and console links"
            placeholder="us-east-1"
            value={draft.region_hint}
            onChange={(region) => set('region_hint', region.trim())}
            error={issue('region_hint')}
          />
        </ColumnLayout>
        {draft.console !== 'denied' && (
          <TextField
            label="Console opens at"
            hint="Optional. A page of the AWS console."
            value={draft.console_destination}
            onChange={(value) => set('console_destination', value.trim())}
            error={issue('console_destination')}
          />
        )}
        <ListField
          label="Networks"
          description="Only from these addresses. Empty: from anywhere."
          placeholder="203.0.113.0/24"
          values={draft.network?.cidrs ?? []}
          onChange={(cidrs) =>
            set('network', cidrs.length > 0 ? { inject: draft.network?.inject ?? false, cidrs } : undefined)
          }
          error={issue('network')}
        />
        {draft.network && (
          <Checkbox
            checked={draft.network.inject}
            onChange={({ detail }) => draft.network && set('network', { ...draft.network, inject: detail.checked })}
          >
            Hold AWS to them too, through the session policy
          </Checkbox>
        )}
      </SpaceBetween>
    </Container>
  );
}
