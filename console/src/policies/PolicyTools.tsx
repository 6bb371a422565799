import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Tabs from '@cloudscape-design/components/tabs';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { gallery } from '../api/queries';
import type { GalleryCard } from '../api/types';
import { CodeBlock } from '../parts/Copyable';
import { Loaded } from '../parts/Loaded';
import { GalleryCards } from './GalleryPicker';
import { laidOut } from './layout';
import { PolicyField } from './PolicyField';
import { Simulator } from './Simulator';

/** Ready policies, validation and simulation, for anyone who writes policies. */
export function PolicyTools() {
  const [tab, setTab] = useState('gallery');
  const [policy, setPolicy] = useState('');
  const take = (card: GalleryCard) => {
    setPolicy(laidOut(card.policy) ?? card.policy);
    setTab('write');
  };
  return (
    <SpaceBetween size="l">
      <Header variant="h1" description="The engine that decides requests also validates and simulates.">
        Policy tools
      </Header>
      <Tabs
        ariaLabel="Policy tools"
        activeTabId={tab}
        onChange={({ detail }) => setTab(detail.activeTabId)}
        tabs={[
          { id: 'gallery', label: 'Gallery', content: <Gallery onTake={take} /> },
          {
            id: 'write',
            label: 'Validate',
            content: (
              <Container>
                <PolicyField label="Policy" value={policy} onChange={setPolicy} rows={20} />
              </Container>
            ),
          },
          { id: 'simulate', label: 'Simulate', content: <Simulator policy={policy} onPolicy={setPolicy} /> },
        ]}
      />
    </SpaceBetween>
  );
}

function Gallery({ onTake }: { onTake: (card: GalleryCard) => void }) {
  const query = useQuery(gallery);
  const arns = query.data?.filter((card) => card.kind === 'managed') ?? [];
  return (
    <Loaded query={query} what="the gallery">
      {(cards) => (
        <SpaceBetween size="l">
          <GalleryCards
            heading="h2"
            cards={cards.filter((card) => !arns.includes(card))}
            action="Open"
            onChoose={onTake}
          />
          {arns.length > 0 && (
            <Container header={<Header variant="h2">Managed by AWS</Header>}>
              <SpaceBetween size="s">
                {arns.map((card) => (
                  <div key={card.id}>
                    <strong>{card.title}</strong> <span className="quiet">{card.explanation}</span>
                    <CodeBlock what={`ARN of ${card.title}`} text={card.policy} />
                  </div>
                ))}
              </SpaceBetween>
            </Container>
          )}
        </SpaceBetween>
      )}
    </Loaded>
  );
}
