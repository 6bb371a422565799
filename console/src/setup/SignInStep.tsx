import Container from '@cloudscape-design/components/container';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Tiles from '@cloudscape-design/components/tiles';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { asProblem, type Problem, post } from '../api/client';
import { identitySources } from '../api/queries';
import { CodeBlock } from '../parts/Copyable';
import { BLANK_SOURCE, SourceFields, sendableSource } from '../settings/SourceFields';
import type { Step } from './Wizard';

/** People kept here, or an OpenID provider. */
export function SignInStep({ onFinish }: Step) {
  const client = useQueryClient();
  const known = useQuery(identitySources.list).data ?? [];
  const [kind, setKind] = useState<'local' | 'oidc'>('local');
  const [draft, setDraft] = useState(BLANK_SOURCE);
  const [problem, setProblem] = useState<Problem>();
  onFinish(async () => {
    if (kind === 'local') return;
    setProblem(undefined);
    try {
      await post('/identity-sources', { body: sendableSource(draft) });
      await client.invalidateQueries({ queryKey: ['/identity-sources'] });
    } catch (thrown) {
      setProblem(asProblem(thrown));
      throw thrown;
    }
  });
  return (
    <Container>
      <SpaceBetween size="l">
        {known.map((source) => (
          <StatusIndicator key={source.id}>{source.name} is connected</StatusIndicator>
        ))}
        <Tiles
          ariaLabel="Where people come from"
          value={kind}
          onChange={({ detail }) => setKind(detail.value as 'local' | 'oidc')}
          items={[
            {
              value: 'local',
              label: 'Kept in Regent',
              description: 'Names, passwords, authenticator apps and passkeys. Good to begin with.',
            },
            {
              value: 'oidc',
              label: 'OpenID provider',
              description: 'People sign in at your own provider; its groups give access.',
            },
          ]}
        />
        {kind === 'oidc' && (
          <SpaceBetween size="m">
            <CodeBlock what="redirect address" text={`${window.location.origin}/api/v1/auth/oidc/callback`} />
            <SourceFields
              short
              form={{
                draft,
                set: (field, value) => setDraft((old) => ({ ...old, [field]: value })),
                error: (field) => problem?.of(field),
              }}
            />
          </SpaceBetween>
        )}
      </SpaceBetween>
    </Container>
  );
}
