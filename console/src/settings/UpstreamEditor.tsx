import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { post, segment } from '../api/client';
import { upstreams } from '../api/queries';
import type { Draft, Upstream } from '../api/types';
import { useGo, useParam } from '../frame/follow';
import { CodeBlock } from '../parts/Copyable';
import { DeleteButton } from '../parts/DeleteButton';
import { Editor } from '../parts/Editor';
import { AreaField, ChoiceField, TextField } from '../parts/fields';
import { Loaded } from '../parts/Loaded';
import { told } from '../parts/notices';
import { Refusal } from '../parts/Refusal';
import { useForm } from '../parts/useForm';

type UpstreamDraft = Omit<Draft<Upstream>, 'capabilities'>;

const BLANK: UpstreamDraft = { name: '', kind: 'custom', tls: 'system', sigv4_region: 'us-east-1' };

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
  const editing = useForm<Upstream, UpstreamDraft>({
    path: '/upstreams',
    stored,
    blank: BLANK,
    readOnly: ['capabilities'],
    send: (draft) => Object.fromEntries(Object.entries(draft).filter(([, value]) => value !== '')),
  });
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
              onChange={(pem) => set('ca_pem', pem)}
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
    mutationFn: () => post<unknown>(`/upstreams/${segment(upstream.id)}/probe`),
    onSuccess: () => client.invalidateQueries({ queryKey: ['/upstreams'] }),
  });
  const known = probe.data ?? upstream.capabilities;
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
      {known !== undefined && known !== null && <CodeBlock what="capabilities" text={JSON.stringify(known, null, 2)} />}
    </Container>
  );
}
