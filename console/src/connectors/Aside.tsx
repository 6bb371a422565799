import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Spinner from '@cloudscape-design/components/spinner';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useQuery } from '@tanstack/react-query';
import { users } from '../api/queries';
import type { Connector, Preview } from '../api/types';
import { asLifetime } from '../parts/duration';
import { Refusal } from '../parts/Refusal';
import type { ConnectorDraft } from './draft';
import { SizeBar } from './SizeBar';
import { Snippet } from './Snippet';
import { TestConnection } from './TestConnection';
import type { usePreview } from './usePreview';

interface Props {
  draft: ConnectorDraft;
  stored?: Connector;
  preview: ReturnType<typeof usePreview>;
}

/** What the draft would mean: for whom, for how long, as whom. And whether it works. */
export function Aside({ draft, stored, preview }: Props) {
  const { data, error } = preview;
  if (!draft.account_id) {
    return (
      <Container header={<Header variant="h2">Preview</Header>}>
        <Box color="text-body-secondary">Choose an account, and what comes of it is shown here.</Box>
      </Container>
    );
  }
  return (
    <SpaceBetween size="l">
      <Container
        header={
          <Header variant="h2" actions={preview.waiting && <Spinner />}>
            Preview
          </Header>
        }
      >
        <SpaceBetween size="m">
          <PreviewAs as={preview.as} setAs={preview.setAs} />
          {error && <Refusal error={error} />}
          {data && <Outcome data={data} />}
        </SpaceBetween>
      </Container>
      <TestConnection draft={draft} stored={stored} as={preview.as} />
      <Snippet draft={draft} />
    </SpaceBetween>
  );
}

function PreviewAs({ as, setAs }: { as?: string; setAs: (id?: string) => void }) {
  const people = useQuery(users.list).data ?? [];
  const options = [
    { value: '', label: 'Me' },
    ...people.map((one) => ({ value: one.id, label: one.display_name || one.name })),
  ];
  return (
    <Select
      selectedOption={options.find((option) => option.value === (as ?? '')) ?? null}
      options={options}
      onChange={({ detail }) => setAs(detail.selectedOption.value || undefined)}
      filteringType={options.length > 8 ? 'auto' : 'none'}
      inlineLabelText="Preview as"
      ariaLabel="Preview as"
    />
  );
}

function Outcome({ data }: { data: Preview }) {
  const { lifetime, who, tags } = data;
  const items = [
    lifetime && {
      label: 'Lifetime',
      value: (
        <>
          {asLifetime(lifetime.min)} to {asLifetime(lifetime.max)}
          {lifetime.because_text && <Box color="text-body-secondary">{lifetime.because_text}</Box>}
        </>
      ),
    },
    data.session_arn && { label: 'Shown in AWS as', value: <code className="break">{data.session_arn}</code> },
    data.source_identity && { label: 'Source identity', value: <code>{data.source_identity}</code> },
    Object.keys(tags).length > 0 && {
      label: 'Session tags',
      value: Object.entries(tags).map(([key, value]) => (
        <div key={key}>
          <code>
            {key}={value}
          </code>
        </div>
      )),
    },
    { label: 'Session policy', value: <SizeBar size={data.policy} /> },
    {
      label: 'Who gets access',
      value: (
        <>
          {who.people} {who.people === 1 ? 'person' : 'people'}
          {who.system_callers > 0 &&
            `, ${who.system_callers} system ${who.system_callers === 1 ? 'caller' : 'callers'}`}
          {who.groups.map((group) => (
            <Box key={group.id} color="text-body-secondary">
              {group.name}: {group.members}
            </Box>
          ))}
        </>
      ),
    },
  ].filter((item) => Boolean(item)) as { label: string; value: React.ReactNode }[];
  return (
    <SpaceBetween size="m">
      <KeyValuePairs columns={1} items={items} />
      {data.problems.map((problem) => (
        <StatusIndicator key={`${problem.name} ${problem.code}`} type="warning" wrapText>
          {problem.detail} {problem.fix}
        </StatusIndicator>
      ))}
      {lifetime?.warnings.map((warning) => (
        <StatusIndicator key={warning.code} type="info" wrapText>
          {warning.text}
        </StatusIndicator>
      ))}
    </SpaceBetween>
  );
}
