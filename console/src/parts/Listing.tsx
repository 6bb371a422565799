import { useCollection } from '@cloudscape-design/collection-hooks';
import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import Pagination from '@cloudscape-design/components/pagination';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import TextFilter from '@cloudscape-design/components/text-filter';
import type { UseQueryResult } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Empty } from './Loaded';
import { Refusal } from './Refusal';

const PAGE_SIZE = 50;

interface Props<Item> {
  query: UseQueryResult<Item[]>;
  title: string;
  /** The plural in a sentence: "connectors". */
  what: string;
  description?: ReactNode;
  columns: TableProps.ColumnDefinition<Item>[];
  /** What the text filter looks through. */
  text: (item: Item) => string;
  empty: ReactNode;
  /** Buttons of the header; told which row is chosen. */
  actions?: (chosen: Item | undefined) => ReactNode;
  /** Rows can be chosen, one at a time. */
  choose?: (item: Item) => string;
  /** Beside the text filter. */
  filters?: ReactNode;
  /** There is more on the server. */
  more?: { load: () => void; loading: boolean };
}

/** A table with filter, order and pages; it waits, fails and is empty as every other one. */
export function Listing<Item extends { id: string }>(props: Props<Item>) {
  const { query, what, columns, text, choose } = props;
  const [chosenId, setChosenId] = useState<string>();
  const data = query.data ?? [];
  const { items, filterProps, paginationProps, collectionProps, filteredItemsCount, actions } = useCollection(data, {
    filtering: {
      filteringFunction: (item, wanted) => text(item).toLowerCase().includes(wanted.trim().toLowerCase()),
      empty: props.empty,
      noMatch: (
        <Empty
          title={`No ${what} match`}
          action={<Button onClick={() => actions.setFiltering('')}>Clear the filter</Button>}
        />
      ),
    },
    sorting: {},
    pagination: { pageSize: PAGE_SIZE },
  });
  const chosen = choose && data.find((item) => item.id === chosenId);
  const failed = query.isError && query.data === undefined;
  return (
    <SpaceBetween size="m">
      {failed && (
        <Header variant="h1" description={props.description}>
          {props.title}
        </Header>
      )}
      {query.isError && <Refusal error={query.error} onRetry={() => query.refetch()} />}
      {!failed && (
        <Table
          {...collectionProps}
          items={items}
          columnDefinitions={columns.map((column) => ({ minWidth: column.isRowHeader ? 140 : 100, ...column }))}
          trackBy="id"
          loading={query.isPending}
          loadingText={`Loading ${what}`}
          variant="full-page"
          stickyHeader
          wrapLines
          enableKeyboardNavigation
          selectionType={choose ? 'single' : undefined}
          selectedItems={chosen ? [chosen] : []}
          onSelectionChange={(event) => setChosenId(event.detail.selectedItems[0]?.id)}
          ariaLabels={{
            tableLabel: props.title,
            selectionGroupLabel: `Choose one of the ${what}`,
            itemSelectionLabel: (_, item) => choose?.(item) ?? item.id,
          }}
          header={
            <Header
              variant="awsui-h1-sticky"
              counter={query.data && `(${query.data.length}${props.more ? '+' : ''})`}
              description={props.description}
              actions={
                props.actions && (
                  <SpaceBetween direction="horizontal" size="xs">
                    {props.actions(chosen)}
                  </SpaceBetween>
                )
              }
            >
              {props.title}
            </Header>
          }
          filter={
            <div className="filters">
              <TextFilter
                {...filterProps}
                filteringPlaceholder={`Find ${what}`}
                filteringAriaLabel={`Find ${what}`}
                countText={filteredItemsCount === 1 ? '1 match' : `${filteredItemsCount ?? 0} matches`}
              />
              {props.filters}
            </div>
          }
          pagination={data.length > PAGE_SIZE && <Pagination {...paginationProps} />}
          footer={
            props.more && (
              <div className="centered">
                <Button onClick={props.more.load} loading={props.more.loading}>
                  Load more
                </Button>
              </div>
            )
          }
        />
      )}
    </SpaceBetween>
  );
}
