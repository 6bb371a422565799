import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import ButtonDropdown from '@cloudscape-design/components/button-dropdown';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Table from '@cloudscape-design/components/table';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { get } from '../api/client';
import type { AuditEvent } from '../api/types';
import { Empty } from '../parts/Loaded';
import { Moment } from '../parts/Moment';
import { Refusal } from '../parts/Refusal';
import { EventDetails } from './EventDetails';
import { Verify } from './Verify';
import { nameOf, sentence } from './words';

const SPANS = [
  { value: '1', label: 'Last 24 hours' },
  { value: '7', label: 'Last 7 days' },
  { value: '30', label: 'Last 30 days' },
  { value: '', label: 'All' },
];
const DAY_MS = 86_400_000;
const PAUSE_MS = 400;

/** Who did what, when and why, in an order that nobody can change unnoticed. */
export function Audit() {
  const [days, setDays] = useState('7');
  const [actor, setActor] = useState('');
  const [action, setAction] = useState('');
  const [asked, setAsked] = useState({ actor, action });
  const [shown, setShown] = useState<AuditEvent>();
  useEffect(() => {
    const timer = setTimeout(() => setAsked({ actor: actor.trim(), action: action.trim() }), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [actor, action]);
  const query = useInfiniteQuery({
    queryKey: ['/audit', days, asked],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) => {
      const from = days ? new Date(Date.now() - Number(days) * DAY_MS).toISOString() : undefined;
      return get('/audit', { signal, query: { limit: 100, cursor: pageParam, from, ...asked } });
    },
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  });
  const events = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <SpaceBetween size="m">
      {query.isError && <Refusal error={query.error} onRetry={() => query.refetch()} />}
      <Table
        variant="full-page"
        stickyHeader
        trackBy="id"
        items={events}
        loading={query.isPending}
        loadingText="Loading events"
        ariaLabels={{ tableLabel: 'Audit events' }}
        header={
          <Header
            variant="awsui-h1-sticky"
            description="Every event carries the fingerprint of the one before it."
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <Verify />
                <ButtonDropdown
                  items={[
                    { id: 'jsonl', text: 'JSON lines', href: '/api/v1/audit/export?format=jsonl' },
                    { id: 'csv', text: 'CSV', href: '/api/v1/audit/export?format=csv' },
                  ]}
                >
                  Export
                </ButtonDropdown>
              </SpaceBetween>
            }
          >
            Audit
          </Header>
        }
        filter={
          <div className="filters">
            <Select
              ariaLabel="Time"
              inlineLabelText="Time"
              options={SPANS}
              selectedOption={SPANS.find((span) => span.value === days) ?? null}
              onChange={({ detail }) => setDays(detail.selectedOption.value ?? '')}
            />
            <Input
              type="search"
              ariaLabel="Who"
              placeholder="Who"
              value={actor}
              onChange={({ detail }) => setActor(detail.value)}
            />
            <Input
              type="search"
              ariaLabel="Action"
              placeholder="Action, such as credentials.issue"
              value={action}
              onChange={({ detail }) => setAction(detail.value)}
            />
          </div>
        }
        empty={<Empty title="No events">Nothing happened in this time that matches.</Empty>}
        columnDefinitions={[
          { id: 'at', header: 'When', cell: (one) => <Moment at={one.at} /> },
          { id: 'actor', header: 'Who', cell: (one) => nameOf(one.actor) },
          {
            id: 'action',
            minWidth: 180,
            header: 'What',
            isRowHeader: true,
            cell: (one) => (
              <Button
                variant="inline-link"
                ariaLabel={`${sentence(one)}, event ${one.seq}`}
                onClick={() => setShown(one)}
              >
                {sentence(one)}
              </Button>
            ),
          },
          { id: 'on', header: 'On', cell: (one) => nameOf(one.connector ?? one.target) },
          { id: 'result', minWidth: 150, header: 'Result', cell: (one) => <Result event={one} /> },
          { id: 'from', header: 'From', cell: (one) => one.client?.ip ?? '–' },
        ]}
        footer={
          query.hasNextPage && (
            <Box textAlign="center">
              <Button loading={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
                Load more
              </Button>
            </Box>
          )
        }
      />
      {shown && <EventDetails event={shown} onClose={() => setShown(undefined)} />}
    </SpaceBetween>
  );
}

export function Result({ event }: { event: AuditEvent }) {
  switch (event.result) {
    case 'ok':
      return <StatusIndicator>Done</StatusIndicator>;
    case 'denied':
      return <StatusIndicator type="warning">Refused{event.error_code && ` (${event.error_code})`}</StatusIndicator>;
    case 'failed':
      return <StatusIndicator type="error">Failed{event.error_code && ` (${event.error_code})`}</StatusIndicator>;
  }
}
