import Button from '@cloudscape-design/components/button';
import ButtonDropdown from '@cloudscape-design/components/button-dropdown';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { PRINCIPAL_TYPES } from '../access/words';
import { post } from '../api/client';
import { accounts, connectors, groups } from '../api/queries';
import { holds, useMe } from '../api/session';
import type { Connector } from '../api/types';
import { Go, GoButton } from '../frame/Go';
import { Listing } from '../parts/Listing';
import { Empty } from '../parts/Loaded';
import { Moment } from '../parts/Moment';
import { refused, told } from '../parts/notices';
import { ConnectorDialogs, type Dialog } from './ConnectorDialogs';
import { Health } from './Health';

const MODES = { standing: 'Standing', request: 'On request', break_glass: 'Break glass' };

/** All connectors, for those who look after them. */
export function Connectors() {
  const me = useMe();
  const query = useQuery(connectors.list);
  const [accountList, groupList] = useQueries({
    queries: [
      { ...accounts.list, enabled: holds(me, 'auditor') },
      { ...groups.list, enabled: holds(me, 'auditor') },
    ],
  });
  const [dialog, setDialog] = useState<Dialog>();
  const accountName = (id: string) => accountList.data?.find((one) => one.id === id)?.name ?? id;
  const grantees = (connector: Connector) =>
    connector.grants
      .filter((grant) => grant.effect === 'use')
      .map(({ subject }) => {
        if ('group' in subject) return groupList.data?.find((one) => one.id === subject.group)?.name ?? subject.group;
        return 'user' in subject ? '1 person' : '1 system caller';
      })
      .join(', ');
  const admin = holds(me);
  return (
    <>
      <Listing
        query={query}
        title="Connectors"
        what="connectors"
        description="What may be derived from an account: by whom, how narrow, how long."
        text={(one) =>
          [one.name, one.slug, accountName(one.account_id), one.role_arn, JSON.stringify(one.labels)].join(' ')
        }
        choose={holds(me, 'operator') ? (one) => one.name : undefined}
        actions={(chosen) => (
          <SpaceBetween direction="horizontal" size="xs">
            {admin && <TestAll list={query.data ?? []} />}
            {holds(me, 'operator') && <Actions chosen={chosen} admin={admin} open={setDialog} />}
            {admin && (
              <GoButton path="/connectors/new" variant="primary">
                Create connector
              </GoButton>
            )}
          </SpaceBetween>
        )}
        empty={
          <Empty
            title="No connectors yet"
            action={admin && <GoButton path="/connectors/new">Create a connector</GoButton>}
          >
            Start from a ready policy of the gallery: the editor offers all of them.
          </Empty>
        }
        columns={[
          {
            id: 'name',
            header: 'Name',
            isRowHeader: true,
            sortingField: 'name',
            cell: (one) => <Go path={`/connectors/${one.id}`}>{one.name}</Go>,
          },
          { id: 'account', header: 'Account', cell: (one) => accountName(one.account_id) },
          {
            id: 'type',
            header: 'Type',
            sortingField: 'principal_type',
            cell: (one) => PRINCIPAL_TYPES[one.principal_type].name,
          },
          { id: 'grants', header: 'Granted to', cell: (one) => grantees(one) || <span className="quiet">Nobody</span> },
          { id: 'mode', header: 'Mode', cell: (one) => MODES[one.access_mode] },
          {
            id: 'used',
            header: 'Last used',
            sortingField: 'last_used_at',
            cell: (one) => <Moment at={one.last_used_at} ago />,
          },
          { id: 'health', minWidth: 200, header: 'Health', cell: (one) => <Health connector={one} /> },
        ]}
      />
      {dialog && <ConnectorDialogs dialog={dialog} onClose={() => setDialog(undefined)} />}
    </>
  );
}

interface ActionsProps {
  chosen?: Connector;
  admin: boolean;
  open: (dialog: Dialog) => void;
}

function Actions({ chosen, admin, open }: ActionsProps) {
  const items = [
    chosen?.disabled ? { id: 'enable', text: 'Enable' } : { id: 'disable', text: 'Disable' },
    ...(admin
      ? [
          { id: 'clone', text: 'Clone' },
          { id: 'delete', text: 'Delete' },
        ]
      : []),
  ];
  return (
    <ButtonDropdown
      items={items}
      disabled={!chosen}
      disabledReason="Choose a connector first"
      onItemClick={({ detail }) => chosen && open({ kind: detail.id as Dialog['kind'], connector: chosen })}
    >
      Actions
    </ButtonDropdown>
  );
}

function TestAll({ list }: { list: Connector[] }) {
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const test = async () => {
    setBusy(true);
    const failed: string[] = [];
    // One after the other: a test makes real calls, and the upstream counts them.
    for (const connector of list) {
      try {
        const report = await post('/connectors/{id}/test', { path: { id: connector.id }, body: {} });
        if (!report.ok) failed.push(connector.name);
      } catch (error) {
        refused(error);
        break;
      }
    }
    setBusy(false);
    await client.invalidateQueries({ queryKey: ['/connectors'] });
    told(failed.length === 0 ? 'All tests passed.' : `These fail: ${failed.join(', ')}.`);
  };
  return (
    <Button loading={busy} loadingText="Testing connectors" disabled={list.length === 0} onClick={test}>
      Test all
    </Button>
  );
}
