import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { CodeBlock } from '../parts/Copyable';
import { Moment } from '../parts/Moment';

interface Props {
  token: string;
  expiresAt?: string;
  onClose: () => void;
}

/** A token, shown this once: only its hash is kept. */
export function TokenOnce({ token, expiresAt, onClose }: Props) {
  return (
    <Modal
      visible
      header="The token"
      onDismiss={onClose}
      footer={
        <Box float="right">
          <Button variant="primary" formAction="none" onClick={onClose}>
            I have stored it
          </Button>
        </Box>
      }
    >
      <SpaceBetween size="m">
        <Alert type="warning">
          It is shown once and cannot be read again. Put it into the secret store of your builds as{' '}
          <code>REGENT_TOKEN</code>.
        </Alert>
        <CodeBlock what="token" text={token} />
        {expiresAt && (
          <Box color="text-body-secondary">
            Works until <Moment at={expiresAt} />.
          </Box>
        )}
      </SpaceBetween>
    </Modal>
  );
}
