import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import Checkbox from '@cloudscape-design/components/checkbox';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import type { Preview } from '../../api/types';
import { ListField } from '../../parts/fields';
import { GalleryPicker } from '../../policies/GalleryPicker';
import { PolicyField } from '../../policies/PolicyField';
import { takesPolicy } from '../draft';
import type { Section } from './section';

export function PolicySection({ form, issue, preview }: Section & { preview?: Preview }) {
  const { draft, set } = form;
  const [picking, setPicking] = useState(false);
  if (!takesPolicy(draft.principal_type)) {
    return (
      <Container header={<Header variant="h2">Policies</Header>}>
        <Alert type="info">
          AWS takes no session policy with this type: the session has all the rights of its base.
        </Alert>
      </Container>
    );
  }
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="A session policy narrows what the base may do. It never widens it."
          actions={
            <Button formAction="none" iconName="search" onClick={() => setPicking(true)}>
              From the gallery
            </Button>
          }
        >
          Policies
        </Header>
      }
    >
      <SpaceBetween size="m">
        <PolicyField
          label="Inline policy"
          value={draft.inline_policy ?? ''}
          onChange={(policy) => set('inline_policy', policy)}
          error={issue('inline_policy')}
          size={preview?.policy}
        />
        <ListField
          label="Managed policies"
          description="Up to ten ARNs. The session may do what these and the inline policy allow together."
          placeholder="arn:aws:iam::aws:policy/ReadOnlyAccess"
          values={draft.policy_arns}
          onChange={(arns) => set('policy_arns', arns)}
          error={issue('policy_arns')}
        />
        {draft.principal_type === 'federated_user' && (
          <Checkbox
            checked={draft.omit_policy}
            onChange={({ detail }) => set('omit_policy', detail.checked)}
            description="Only when resource policies name the federated user. Without any policy such a session can do nothing else."
          >
            Send no policy on purpose
          </Checkbox>
        )}
      </SpaceBetween>
      {picking && (
        <GalleryPicker
          type={draft.principal_type}
          onPick={(chosen) => {
            if ('arn' in chosen) set('policy_arns', [...new Set([...draft.policy_arns, chosen.arn])]);
            else set('inline_policy', chosen.policy);
            setPicking(false);
          }}
          onClose={() => setPicking(false)}
        />
      )}
    </Container>
  );
}
