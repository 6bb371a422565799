import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import LiveRegion from '@cloudscape-design/components/live-region';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Toggle from '@cloudscape-design/components/toggle';
import { useMutation, useQuery } from '@tanstack/react-query';
import { post } from '../api/client';
import { identitySources } from '../api/queries';
import type { IdentitySource } from '../api/types';
import { useGo, useParam } from '../frame/follow';
import { CodeBlock } from '../parts/Copyable';
import { DeleteButton } from '../parts/DeleteButton';
import { Editor } from '../parts/Editor';
import { Loaded } from '../parts/Loaded';
import { told } from '../parts/notices';
import { Refusal } from '../parts/Refusal';
import { TestSteps } from '../parts/TestSteps';
import { useForm } from '../parts/useForm';
import { BLANK_SOURCE, READ_ONLY_SOURCE, SourceFields, sendableSource } from './SourceFields';

/** One identity source, new or stored. */
export function SourceEditor() {
  const id = useParam('id') ?? 'new';
  const query = useQuery({ ...identitySources.one(id), enabled: id !== 'new' });
  if (id === 'new') return <Form />;
  return (
    <Loaded query={query} what="the identity source">
      {(stored) => <Form key={stored.id} stored={stored} />}
    </Loaded>
  );
}

function Form({ stored }: { stored?: IdentitySource }) {
  const go = useGo();
  const editing = useForm({
    path: '/identity-sources',
    stored,
    blank: BLANK_SOURCE,
    readOnly: READ_ONLY_SOURCE,
    send: sendableSource,
  });
  const { draft, set } = editing.form;
  return (
    <Editor
      title={stored?.name ?? 'Add identity source'}
      description="An OpenID provider where people sign in."
      editing={editing}
      actions={
        stored && (
          <DeleteButton path="/identity-sources" page="/settings" thing={stored}>
            <Box>People who sign in there can no longer do so. Groups mapped from it lose their members.</Box>
          </DeleteButton>
        )
      }
      onCancel={() => go('/settings')}
      onSave={async () => {
        const saved = await editing.save();
        if (!saved) return;
        told(`${saved.name} has been saved.`);
        await go(`/settings/sources/${saved.id}`);
      }}
    >
      <Container header={<Header variant="h2">Provider</Header>}>
        <SpaceBetween size="m">
          <SourceFields form={editing.form} stored={stored} />
          <Toggle checked={!draft.disabled} onChange={({ detail }) => set('disabled', !detail.checked)}>
            In use
          </Toggle>
        </SpaceBetween>
      </Container>
      <Container header={<Header variant="h2">At the provider</Header>}>
        <SpaceBetween size="s">
          <Box>Register Regent there as a web application with this redirect address:</Box>
          <CodeBlock what="redirect address" text={`${window.location.origin}/api/v1/auth/oidc/callback`} />
        </SpaceBetween>
      </Container>
      {stored && <TestSource source={stored} />}
    </Editor>
  );
}

function TestSource({ source }: { source: IdentitySource }) {
  const test = useMutation({ mutationFn: () => post('/identity-sources/{id}/test', { path: { id: source.id } }) });
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="Reads the discovery document and the keys."
          actions={
            <Button formAction="none" loading={test.isPending} onClick={() => test.mutate()}>
              Test
            </Button>
          }
        >
          Does it work?
        </Header>
      }
    >
      {test.error && <Refusal error={test.error} />}
      {test.data && (
        <LiveRegion>
          <TestSteps report={test.data} />
        </LiveRegion>
      )}
    </Container>
  );
}
