import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import Toggle from '@cloudscape-design/components/toggle';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { put } from '../api/client';
import { identitySources, settings, upstreams } from '../api/queries';
import { holds, statusQuery, useMe } from '../api/session';
import type { Settings as Values } from '../api/types';
import { Go, GoButton } from '../frame/Go';
import { TextField } from '../parts/fields';
import { Empty, Loaded } from '../parts/Loaded';
import { told } from '../parts/notices';
import { Refusal } from '../parts/Refusal';
import { ConfigPanel } from './ConfigPanel';

/** What holds for the whole of Regent. */
export function Settings() {
  const query = useQuery(settings);
  return (
    <SpaceBetween size="l">
      <Header variant="h1">Settings</Header>
      <Loaded query={query} what="settings">
        {(values) => <Limits key={values.revision} values={values} />}
      </Loaded>
      <Sources />
      <Upstreams />
      <ConfigPanel />
      <About />
    </SpaceBetween>
  );
}

function Limits({ values }: { values: Values }) {
  const admin = holds(useMe());
  const client = useQueryClient();
  const [draft, setDraft] = useState(values);
  const change = (part: Partial<Values>) => setDraft((old) => ({ ...old, ...part }));
  const save = useMutation({
    mutationFn: () => {
      const { revision, updated_at: _at, updated_by: _by, ...body } = draft;
      return put('/settings', { body, revision });
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['/settings'] });
      told('The settings have been saved.');
    },
  });
  const number = (field: 'idle_minutes' | 'absolute_hours' | 'issue_per_minute', label: string, hint: string) => (
    <TextField
      label={label}
      hint={hint}
      inputMode="numeric"
      disabled={!admin}
      value={String(draft[field])}
      onChange={(value) => change({ [field]: Number.parseInt(value, 10) || 0 })}
    />
  );
  return (
    <Container
      header={<Header variant="h2">Access and sign-in</Header>}
      footer={
        admin && (
          <Button variant="primary" loading={save.isPending} onClick={() => save.mutate()}>
            Save settings
          </Button>
        )
      }
    >
      <SpaceBetween size="m">
        {save.error && <Refusal error={save.error} />}
        <Toggle
          checked={draft.admins_use_all_connectors}
          disabled={!admin}
          description="Each such use is marked in the audit trail. Turn it off to keep managing and using apart."
          onChange={({ detail }) => change({ admins_use_all_connectors: detail.checked })}
        >
          Administrators may use every connector
        </Toggle>
        <Toggle
          checked={draft.cap_to_login}
          disabled={!admin}
          description="Credentials do not outlive the sign-in that earned them."
          onChange={({ detail }) => change({ cap_to_login: detail.checked })}
        >
          Cap sessions to the sign-in
        </Toggle>
        {number('idle_minutes', 'Sign-in ends when idle for', 'Minutes')}
        {number('absolute_hours', 'Sign-in ends in any case after', 'Hours')}
        {number('issue_per_minute', 'Credentials a minute', 'For each caller and connector')}
        <TextField
          label="Address of this server"
          hint="As browsers see it, such as https://regent.example.com. Used in links."
          disabled={!admin}
          value={draft.external_url}
          onChange={(value) => change({ external_url: value.trim() || undefined })}
        />
      </SpaceBetween>
    </Container>
  );
}

function Sources() {
  const query = useQuery(identitySources.list);
  const admin = holds(useMe());
  return (
    <Table
      variant="container"
      trackBy="id"
      items={query.data ?? []}
      loading={query.isPending}
      loadingText="Loading identity sources"
      ariaLabels={{ tableLabel: 'Identity sources' }}
      header={
        <Header
          variant="h2"
          description="Where people come from, besides the ones that are kept here."
          actions={admin && <GoButton path="/settings/sources/new">Add source</GoButton>}
        >
          Identity sources
        </Header>
      }
      empty={
        query.isError ? (
          <Refusal error={query.error} onRetry={() => query.refetch()} />
        ) : (
          <Empty title="People are kept in Regent">Connect an OpenID provider to have them sign in there.</Empty>
        )
      }
      columnDefinitions={[
        {
          id: 'name',
          header: 'Name',
          isRowHeader: true,
          cell: (one) => <Go path={`/settings/sources/${one.id}`}>{one.name}</Go>,
        },
        { id: 'issuer', header: 'Issuer', cell: (one) => one.issuer },
        { id: 'state', header: 'State', cell: (one) => (one.disabled ? 'Disabled' : 'In use') },
      ]}
    />
  );
}

function Upstreams() {
  const query = useQuery(upstreams.list);
  const admin = holds(useMe());
  return (
    <Table
      variant="container"
      trackBy="id"
      items={query.data ?? []}
      loading={query.isPending}
      loadingText="Loading upstreams"
      ariaLabels={{ tableLabel: 'Upstreams' }}
      header={
        <Header
          variant="h2"
          description="The STS endpoints that accounts talk to."
          actions={admin && <GoButton path="/settings/upstreams/new">Add upstream</GoButton>}
        >
          Upstreams
        </Header>
      }
      empty={
        query.isError ? <Refusal error={query.error} onRetry={() => query.refetch()} /> : <Empty title="No upstreams" />
      }
      columnDefinitions={[
        {
          id: 'name',
          header: 'Name',
          isRowHeader: true,
          cell: (one) =>
            one.kind === 'custom' ? <Go path={`/settings/upstreams/${one.id}`}>{one.name}</Go> : one.name,
        },
        {
          id: 'kind',
          header: 'Kind',
          cell: (one) => ({ embedded: "Regent's own", aws: 'AWS', custom: 'Other' })[one.kind],
        },
        { id: 'url', header: 'STS', cell: (one) => one.sts_url ?? <span className="quiet">Chosen by region</span> },
      ]}
    />
  );
}

function About() {
  const status = useQuery(statusQuery).data;
  return (
    <Container header={<Header variant="h2">About</Header>}>
      <SpaceBetween size="m">
        <KeyValuePairs
          columns={4}
          items={[
            { label: 'Version', value: status?.version ?? '–' },
            { label: 'Partition', value: status?.partition ?? '–' },
            { label: 'Region', value: status?.region ?? '–' },
            {
              label: 'AWS endpoint',
              value: <span className="break">{status?.aws_endpoint ?? '–'}</span>,
            },
          ]}
        />
        <Alert type="info">
          <Box>
            Everything here is also in the API: <a href="/api/v1/openapi.json">its description</a>.
          </Box>
        </Alert>
      </SpaceBetween>
    </Container>
  );
}
