import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Table from '@cloudscape-design/components/table';
import { useQuery } from '@tanstack/react-query';
import { asProblem } from '../api/client';
import { Moment } from '../parts/Moment';
import { Refusal } from '../parts/Refusal';
import { list } from './console';

interface Props {
  what: string;
  action: string;
  name: string;
  csrf: string;
}

const REFUSED = 403;

/** What IAM shows to the session, or its refusal word for word. */
export function IamList({ what, action, name, csrf }: Props) {
  const query = useQuery({
    queryKey: ['aws', action],
    queryFn: () => list(csrf, action, [name, 'Arn', 'CreateDate']),
    retry: false,
  });
  if (query.isError) {
    const problem = asProblem(query.error);
    if (problem.status !== REFUSED) return <Refusal error={problem} onRetry={() => query.refetch()} />;
    return (
      <Alert type="info" header={`This session may not see IAM ${what}`}>
        <span className="break">{problem.message}</span>
        {problem.requestId && (
          <Box variant="small" color="inherit">
            Request <code>{problem.requestId}</code>
          </Box>
        )}
      </Alert>
    );
  }
  return (
    <Table
      variant="container"
      trackBy="Arn"
      items={query.data ?? []}
      loading={query.isPending}
      loadingText={`Loading IAM ${what}`}
      ariaLabels={{ tableLabel: `IAM ${what}` }}
      empty={<Box color="text-body-secondary">There are no IAM {what}.</Box>}
      columnDefinitions={[
        { id: 'name', header: 'Name', isRowHeader: true, cell: (one) => one[name] },
        { id: 'arn', header: 'ARN', cell: (one) => <span className="break">{one.Arn}</span> },
        { id: 'created', header: 'Created', cell: (one) => <Moment at={one.CreateDate} /> },
      ]}
    />
  );
}
