import Button from '@cloudscape-design/components/button';
import Cards from '@cloudscape-design/components/cards';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import TextFilter from '@cloudscape-design/components/text-filter';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { myConnectors } from '../api/queries';
import { holds, useMe } from '../api/session';
import type { Me, Usable } from '../api/types';
import { GoButton } from '../frame/Go';
import { Empty, Loaded } from '../parts/Loaded';
import { AccessActions, AccessTitle, Facts } from './AccessCard';
import { ActiveSessions } from './ActiveSessions';
import { matches, ordered } from './order';
import { favourites, noteUse, recent, toggleFavourite } from './shelf';

const Credentials = lazy(() => import('./Credentials').then((module) => ({ default: module.Credentials })));

/** What a person may use, and what they are using. */
export function MyAccess() {
  const me = useMe();
  const query = useQuery(myConnectors);
  const [typed, setTyped] = useState('');
  const [stars, setStars] = useState(favourites);
  const [lately, setLately] = useState(recent);
  const [open, setOpen] = useState<Usable>();
  return (
    <SpaceBetween size="l">
      <Header
        variant="h1"
        counter={query.data?.length ? `(${query.data.length})` : undefined}
        description="Short-lived AWS access that has been shared with you."
      >
        My access
      </Header>
      <Loaded query={query} what="your access">
        {(connectors) => {
          const found = connectors.filter((one) => matches(one, typed));
          return (
            <SpaceBetween size="l">
              {connectors.length > 0 && (
                <TextFilter
                  filteringText={typed}
                  onChange={({ detail }) => setTyped(detail.filteringText)}
                  filteringPlaceholder="Find by name, account, role or label"
                  filteringAriaLabel="Find access"
                  countText={typed ? `${found.length} ${found.length === 1 ? 'match' : 'matches'}` : ''}
                />
              )}
              <Cards
                items={ordered(found, stars, lately)}
                trackBy="id"
                ariaLabels={{ itemSelectionLabel: (_, one) => one.name, selectionGroupLabel: 'Connectors' }}
                cardsPerRow={[{ cards: 1 }, { minWidth: 640, cards: 2 }, { minWidth: 1180, cards: 3 }]}
                cardDefinition={{
                  header: (one) => (
                    <AccessTitle
                      connector={one}
                      favourite={stars.includes(one.id)}
                      onFavourite={() => setStars(toggleFavourite(one.id))}
                    />
                  ),
                  sections: [
                    { id: 'facts', content: (one) => <Facts connector={one} /> },
                    {
                      id: 'actions',
                      content: (one) => (
                        <AccessActions
                          connector={one}
                          onCredentials={() => setOpen(one)}
                          onUsed={() => setLately(noteUse(one.id))}
                        />
                      ),
                    },
                  ],
                }}
                empty={typed ? <NoMatch clear={() => setTyped('')} /> : <NothingShared me={me} />}
              />
            </SpaceBetween>
          );
        }}
      </Loaded>
      <ActiveSessions />
      {open && (
        <Suspense>
          <Credentials
            connector={open}
            onIssued={() => setLately(noteUse(open.id))}
            onClose={() => setOpen(undefined)}
          />
        </Suspense>
      )}
    </SpaceBetween>
  );
}

function NoMatch({ clear }: { clear: () => void }) {
  return <Empty title="Nothing matches" action={<Button onClick={clear}>Clear the search</Button>} />;
}

function NothingShared({ me }: { me?: Me }) {
  const groups = me?.groups.map((group) => group.name).join(', ');
  if (holds(me)) {
    return (
      <Empty title="There is no connector yet" action={<GoButton path="/connectors/new">Create a connector</GoButton>}>
        A connector says which AWS access may be derived, by whom and for how long.
      </Empty>
    );
  }
  return (
    <Empty title="Nothing is shared with you yet">
      {groups ? `You are in ${groups}.` : 'You are in no group.'} Ask an administrator to grant one of your groups a
      connector.
    </Empty>
  );
}
