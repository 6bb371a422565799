import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import Header from '@cloudscape-design/components/header';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { post } from '../api/client';
import type { SnippetForms } from '../api/types';
import { CodeBlock } from '../parts/Copyable';
import { type ConnectorDraft, sendable } from './draft';

type FormName = keyof SnippetForms;

/** What must stand on the AWS side, ready to copy. */
export function Snippet({ draft }: { draft: ConnectorDraft }) {
  const [form, setForm] = useState<FormName>('json');
  const asked = sendable(draft);
  const query = useQuery({
    queryKey: [
      '/connectors',
      'snippets',
      asked.account_id,
      asked.principal_type,
      asked.role_arn,
      asked.external_id,
      asked.source_identity_template,
      Object.keys(asked.session_tags),
    ],
    queryFn: ({ signal }) => post('/connectors/snippets', { body: { connector: asked }, signal }),
    placeholderData: keepPreviousData,
    enabled: asked.account_id !== '' && (asked.principal_type !== 'assume_role' || Boolean(asked.role_arn)),
  });
  const { data } = query;
  return (
    <Container header={<Header variant="h2">On the AWS side</Header>}>
      <SpaceBetween size="s">
        <SegmentedControl
          label="Form of the snippets"
          selectedId={form}
          onChange={({ detail }) => setForm(detail.selectedId as FormName)}
          options={[
            { id: 'json', text: 'JSON' },
            { id: 'terraform', text: 'Terraform' },
            { id: 'cli', text: 'AWS CLI' },
          ]}
        />
        {!data && <Box color="text-body-secondary">Shown as soon as the role is known.</Box>}
        {data?.trust && (
          <ExpandableSection headerText="Trust policy of the role" defaultExpanded>
            <CodeBlock what="trust policy" text={data.trust[form]} />
          </ExpandableSection>
        )}
        {data?.base && (
          <ExpandableSection headerText="Least rights of the base credentials">
            <CodeBlock what="base policy" text={data.base[form]} />
          </ExpandableSection>
        )}
      </SpaceBetween>
    </Container>
  );
}
