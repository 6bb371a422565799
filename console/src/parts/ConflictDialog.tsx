import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Modal from '@cloudscape-design/components/modal';
import RadioGroup from '@cloudscape-design/components/radio-group';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import type { Clash } from './merge';

interface Props {
  clashes: Clash[];
  /** Takes the names of the fields where this person's own value stays. */
  settle: (mine: string[]) => void;
}

const shown = (value: unknown) =>
  value === undefined || value === null || value === ''
    ? 'nothing'
    : typeof value === 'string'
      ? value
      : JSON.stringify(value);

/** Somebody else saved first: shows both values of each field that both changed. */
export function ConflictDialog({ clashes, settle }: Props) {
  const [mine, setMine] = useState<string[]>([]);
  return (
    <Modal
      visible
      size="large"
      header="Somebody else saved this meanwhile"
      onDismiss={() => settle(mine)}
      footer={
        <Box float="right">
          <Button variant="primary" formAction="none" onClick={() => settle(mine)}>
            Go on editing
          </Button>
        </Box>
      }
    >
      <SpaceBetween size="m">
        <Box>
          {clashes.length === 0
            ? 'Their changes and yours touch different fields. Both are in the form now: look once more, then save.'
            : 'Changes to different fields were joined. These fields you both changed: choose what stays.'}
        </Box>
        {clashes.map((clash) => (
          <FormField key={clash.field} label={<code>{clash.field}</code>}>
            <RadioGroup
              value={mine.includes(clash.field) ? 'mine' : 'theirs'}
              onChange={({ detail }) =>
                setMine((old) =>
                  detail.value === 'mine' ? [...old, clash.field] : old.filter((field) => field !== clash.field),
                )
              }
              items={[
                { value: 'theirs', label: 'Saved by the other', description: shown(clash.theirs) },
                { value: 'mine', label: 'Yours', description: shown(clash.mine) },
              ]}
            />
          </FormField>
        ))}
      </SpaceBetween>
    </Modal>
  );
}
