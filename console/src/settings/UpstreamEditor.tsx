import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import LiveRegion from '@cloudscape-design/components/live-region';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { post } from '../api/client';
import type { Draft } from '../api/collections';
import { upstreams } from '../api/queries';
import type { Upstream } from '../api/types';
import { useGo, useParam } from '../frame/follow';
import { DeleteButton } from '../parts/DeleteButton';
import { Editor } from '../parts/Editor';
import { AreaField, ChoiceField, TextField } from '../parts/fields';
import { Loaded } from '../parts/Loaded';
import { told } from '../parts/notices';
import { Refusal } from '../parts/Refusal';
import { TestSteps } from '../parts/TestSteps';
import { useForm } from '../parts/useForm';

const BLANK: Draft<'/upstreams'> = {
  name: '',
  kind: 'custom',
  tls: 'system',
  sigv4_region: 'us-east-1',
  allow_private: false,
  fips: false,
  dual_stack: false,
};

/** One upstream of the organization's own, new or stored. */
export function UpstreamEditor() {
  const id = useParam('id') ?? 'new';
  const query = useQuery({ ...upstreams.one(id), enabled: id !== 'new' });
  if (id === 'new') return <Form />;
  return (
    <Loaded query={query} what="the upstream">
      {(stored) => <Form key={stored.id} stored={stored} />}
    </Loaded>
  );
}

const ADDRESSES = [
  { field: 'sts_url', label: 'STS', hint: 'https, or loopback' },
  { field: 'iam_url', label: 'IAM', hint: 'Optional. Lets Regent read the longest session of a role.' },
  { field: 'signin_url', label: 'Sign-in', hint: 'Optional. The federation endpoint of its console.' },
  { field: 'console_url', label: 'Console', hint: 'Optional' },
  { field: 'proxy', label: 'Proxy', hint: 'Optional' },
] as const;

function Form({ stored }: { stored?: Upstream }) {
  const go = useGo();
  const editing = useForm({ path: '/upstreams', stored, blank: BLANK, readOnly: [] });
  const { draft, set, error } = editing.form;
  return (
    <Editor
      title={stored?.name ?? 'Add upstream'}
      description="Any server that speaks STS."
      editing={editing}
      actions={
        stored && (
          <DeleteButton path="/upstreams" page="/settings" thing={stored}>
            <Box>An upstream that accounts use cannot be deleted.</Box>
          </DeleteButton>
        )
      }
      onCancel={() => go('/settings')}
      onSave={async () => {
        const saved = await editing.save();
        if (!saved) return;
        told(`${saved.name} has been saved.`);
        await go(`/settings/upstreams/${saved.id}`);
      }}
    >
      <Container header={<Header variant="h2">Upstream</Header>}>
        <SpaceBetween size="m">
          <TextField
            label="Name"
            value={draft.name}
            onChange={(name) => set('name', name)}
            error={error('name')}
            autoFocus={!stored}
          />
          {ADDRESSES.map(({ field, label, hint }) => (
            <TextField
              key={field}
              label={`${label} address`}
              hint={hint}
              placeholder="https://sts.example.com"
              value={draft[field]}
              onChange={(value) => set(field, value.trim() || undefined)}
              error={error(field)}
            />
          ))}
          <TextField
            label="Region of signatures"
            value={draft.sigv4_region}
            onChange={(value) => set('sigv4_region', value.trim() || undefined)}
            error={error('sigv4_region')}
          />
          <ChoiceField
            label="Certificates"
            value={draft.tls}
            onChange={(tls) => set('tls', tls)}
            error={error('tls')}
            choices={[
              { value: 'system', label: 'As the system trusts' },
              { value: 'ca_pem', label: 'An authority of our own' },
              { value: 'insecure_loopback_only', label: 'None, loopback only' },
            ]}
          />
          {draft.tls === 'ca_pem' && (
            <AreaField
              label="Certificate authority"
              hint="PEM"
              mono
              rows={5}
              value={draft.ca_pem}
              onChange={(pem) => set('ca_pem', pem || undefined)}
              error={error('ca_pem')}
            />
          )}
        </SpaceBetween>
      </Container>
      {stored && <Probe upstream={stored} />}
    </Editor>
  );
}

function Probe({ upstream }: { upstream: Upstream }) {
  const client = useQueryClient();
  const probe = useMutation({
    mutationFn: () => post('/upstreams/{id}/probe', { path: { id: upstream.id } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['/upstreams'] }),
  });
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="Finds out which parts of STS it knows. The editor of connectors then greys out the rest."
          actions={
            <Button formAction="none" loading={probe.isPending} onClick={() => probe.mutate()}>
              Probe
            </Button>
          }
        >
          What it can do
        </Header>
      }
    >
      {probe.error && <Refusal error={probe.error} />}
      {probe.data && (
        <LiveRegion>
          <TestSteps report={probe.data} />
        </LiveRegion>
      )}
    </Container>
  );
}
