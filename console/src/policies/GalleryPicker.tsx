import Badge from '@cloudscape-design/components/badge';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Cards from '@cloudscape-design/components/cards';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import TextFilter from '@cloudscape-design/components/text-filter';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { asProblem, post } from '../api/client';
import { gallery } from '../api/queries';
import type { GalleryCard, PrincipalType } from '../api/types';
import { CodeBlock } from '../parts/Copyable';
import { TextField } from '../parts/fields';
import { Loaded } from '../parts/Loaded';
import { Refusal } from '../parts/Refusal';
import { laidOut } from './layout';

/** What was picked: the ARN of a managed policy, or the text of one. */
export type Picked = { arn: string } | { policy: string };

const OF_SESSIONS: GalleryCard['kind'][] = ['session', 'managed'];

interface Props {
  /** Show only what works with it, and only what is a policy of sessions. */
  type?: PrincipalType;
  onPick: (picked: Picked) => void;
  onClose: () => void;
}

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
                  (OF_SESSIONS.includes(one.kind) && (one.works_with.length === 0 || one.works_with.includes(type))),
              )}
              heading="h3"
              action="Choose"
              onChoose={setCard}
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

// Several values stand in one field, apart by commas.
function asked(card: GalleryCard, values: Record<string, string>) {
  const given = card.variables.filter(({ name }) => values[name]?.trim());
  return Object.fromEntries(
    given.map(({ name, many }) => {
      const value = values[name]?.trim() ?? '';
      return [name, many ? value.split(/\s*,\s*/) : value];
    }),
  );
}

function Fill({ card, onPick, onBack }: FillProps) {
  const [values, setValues] = useState<Record<string, string>>({});
  const sent = asked(card, values);
  const ready = card.variables.every(({ name, optional }) => optional || name in sent);
  const query = useQuery({
    queryKey: ['/policies', 'fill', card.id, sent],
    queryFn: ({ signal }) =>
      post('/policies/gallery/{id}/fill', { path: { id: card.id }, body: { values: sent }, signal }),
    placeholderData: keepPreviousData,
    enabled: ready,
  });
  const problem = query.error ? asProblem(query.error) : undefined;
  const filled = ready && !problem ? query.data : undefined;
  const text = filled && ('policy' in filled ? (laidOut(filled.policy) ?? filled.policy) : filled.policy_arn);
  return (
    <SpaceBetween size="m">
      <Box>{card.explanation}</Box>
      {card.notes.map((note) => (
        <Box key={note} color="text-body-secondary">
          {note}
        </Box>
      ))}
      {card.variables.map((variable) => (
        <TextField
          key={variable.name}
          label={variable.what}
          placeholder={variable.example}
          hint={[variable.optional && 'Optional.', variable.many && 'Several apart by commas.']
            .filter(Boolean)
            .join(' ')}
          value={values[variable.name]}
          onChange={(value) => setValues((old) => ({ ...old, [variable.name]: value }))}
          error={problem?.of(`values.${variable.name}`)}
        />
      ))}
      {problem && problem.fields.length === 0 && <Refusal error={problem} />}
      <CodeBlock what="policy" text={text ?? laidOut(card.policy) ?? card.policy} />
      <SpaceBetween direction="horizontal" size="xs">
        <Button formAction="none" onClick={onBack}>
          Back
        </Button>
        <Button
          formAction="none"
          variant="primary"
          disabled={!text}
          disabledReason="Fill in the blanks first"
          onClick={() => text && onPick(filled && 'policy_arn' in filled ? { arn: text } : { policy: text })}
        >
          Use this policy
        </Button>
      </SpaceBetween>
    </SpaceBetween>
  );
}
