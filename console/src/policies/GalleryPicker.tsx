import Badge from '@cloudscape-design/components/badge';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Cards from '@cloudscape-design/components/cards';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import TextFilter from '@cloudscape-design/components/text-filter';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { gallery } from '../api/queries';
import type { GalleryCard, PrincipalType } from '../api/types';
import { CodeBlock } from '../parts/Copyable';
import { TextField } from '../parts/fields';
import { Loaded } from '../parts/Loaded';
import { filled } from './layout';

/** What was picked: the ARN of a managed policy, or the text of one. */
export type Picked = { arn: string } | { policy: string };

interface Props {
  /** Show only what works with it, and only what is a policy of sessions. */
  type?: PrincipalType;
  onPick: (picked: Picked) => void;
  onClose: () => void;
}

const isArn = (card: GalleryCard): card is GalleryCard & { policy: string } =>
  typeof card.policy === 'string' && card.policy.startsWith('arn:');

/** The ready policies; picking one asks for its variables. */
export function GalleryPicker({ type, onPick, onClose }: Props) {
  const query = useQuery(gallery);
  const [card, setCard] = useState<GalleryCard>();
  return (
    <Modal visible size="max" header={card?.title ?? 'Policy gallery'} onDismiss={onClose}>
      {card ? (
        <Fill card={card} onPick={onPick} onBack={() => setCard(undefined)} />
      ) : (
        <Loaded query={query} what="the gallery">
          {(cards) => (
            <GalleryCards
              cards={cards.filter(
                (one) =>
                  !type ||
                  (!/trust|base/.test(one.kind) && (one.works_with.length === 0 || one.works_with.includes(type))),
              )}
              heading="h3"
              action="Choose"
              onChoose={(one) =>
                isArn(one) && one.variables.length === 0 ? onPick({ arn: one.policy }) : setCard(one)
              }
            />
          )}
        </Loaded>
      )}
    </Modal>
  );
}

interface CardsProps {
  cards: GalleryCard[];
  /** Below a dialog's title the cards are headed one level lower. */
  heading: 'h2' | 'h3';
  action: string;
  onChoose: (card: GalleryCard) => void;
}

export function GalleryCards({ cards, heading, action, onChoose }: CardsProps) {
  const [typed, setTyped] = useState('');
  const wanted = typed.trim().toLowerCase();
  const found = cards.filter((card) =>
    [card.title, card.explanation, ...card.tags].join(' ').toLowerCase().includes(wanted),
  );
  return (
    <Cards
      items={found}
      trackBy="id"
      cardsPerRow={[{ cards: 1 }, { minWidth: 600, cards: 2 }, { minWidth: 1000, cards: 3 }]}
      filter={
        <TextFilter
          filteringText={typed}
          onChange={({ detail }) => setTyped(detail.filteringText)}
          filteringPlaceholder="Find a policy"
          filteringAriaLabel="Find a policy"
          countText={typed ? `${found.length} found` : ''}
        />
      }
      empty={<Box>No policy matches.</Box>}
      cardDefinition={{
        header: (card) => (
          <Box variant="h3" tagOverride={heading}>
            {card.title}
          </Box>
        ),
        sections: [
          { id: 'explanation', content: (card) => card.explanation },
          {
            id: 'tags',
            content: (card) => (
              <SpaceBetween direction="horizontal" size="xxs">
                {card.tags.map((tag) => (
                  <Badge key={tag}>{tag}</Badge>
                ))}
              </SpaceBetween>
            ),
          },
          {
            id: 'action',
            content: (card) => (
              <Button formAction="none" ariaLabel={`${action}: ${card.title}`} onClick={() => onChoose(card)}>
                {action}
              </Button>
            ),
          },
        ],
      }}
    />
  );
}

interface FillProps {
  card: GalleryCard;
  onPick: (picked: Picked) => void;
  onBack: () => void;
}

function Fill({ card, onPick, onBack }: FillProps) {
  const [values, setValues] = useState<Record<string, string>>({});
  const policy = filled(card.policy, values);
  const notes = Array.isArray(card.notes) ? card.notes : card.notes ? [card.notes] : [];
  return (
    <SpaceBetween size="m">
      <Box>{card.explanation}</Box>
      {notes.map((note) => (
        <Box key={note} color="text-body-secondary">
          {note}
        </Box>
      ))}
      {card.variables.map((variable) => (
        <TextField
          key={variable.name}
          label={variable.name}
          description={variable.what}
          placeholder={variable.example}
          value={values[variable.name]}
          onChange={(value) => {
            const { [variable.name]: _, ...others } = values;
            setValues(value ? { ...others, [variable.name]: value } : others);
          }}
        />
      ))}
      <CodeBlock what="policy" text={policy} />
      <SpaceBetween direction="horizontal" size="xs">
        <Button formAction="none" onClick={onBack}>
          Back
        </Button>
        <Button formAction="none" variant="primary" onClick={() => onPick(isArn(card) ? { arn: policy } : { policy })}>
          Use this policy
        </Button>
      </SpaceBetween>
    </SpaceBetween>
  );
}
