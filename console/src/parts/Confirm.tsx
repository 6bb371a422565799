import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { type ReactNode, useState } from 'react';
import { Refusal } from './Refusal';

interface Props {
  title: string;
  children: ReactNode;
  /** The verb on the button: "Delete connector". */
  verb: string;
  /** Ask why; the answer goes to `act`. */
  reason?: 'asked' | 'required';
  act: (reason: string) => Promise<unknown>;
  onClose: () => void;
}

/** Asks once more before something that cannot be taken back. */
export function Confirm({ title, children, verb, reason, act, onClose }: Props) {
  const [text, setText] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const go = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await act(text.trim());
      onClose();
    } catch (thrown) {
      setError(thrown);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal
      visible
      header={title}
      onDismiss={onClose}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={onClose}>
              Cancel
            </Button>
            <Button
              variant="primary"
              loading={busy}
              disabled={reason === 'required' && text.trim() === ''}
              disabledReason="A reason is needed"
              onClick={go}
            >
              {verb}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        {children}
        {reason && (
          <FormField label="Reason" description="Kept in the audit trail.">
            <Input value={text} onChange={(event) => setText(event.detail.value)} />
          </FormField>
        )}
        {error !== undefined && <Refusal error={error} />}
      </SpaceBetween>
    </Modal>
  );
}
