import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import Modal from '@cloudscape-design/components/modal';
import { useMutation } from '@tanstack/react-query';
import { get } from '../api/client';
import { Refusal } from '../parts/Refusal';

/** Walks the chain of fingerprints on the server, and says whether it holds. */
export function Verify() {
  const verify = useMutation({ mutationFn: () => get('/audit/verify') });
  const { data } = verify;
  return (
    <>
      <Button loading={verify.isPending} onClick={() => verify.mutate()}>
        Verify chain
      </Button>
      {(data || verify.error) && (
        <Modal visible header="The chain of events" onDismiss={verify.reset}>
          {verify.error && <Refusal error={verify.error} />}
          {data?.ok && (
            <Alert type="success">All {data.events.toLocaleString()} events are in place and unchanged.</Alert>
          )}
          {data && !data.ok && (
            <Alert type="error" header={`The chain is broken at event ${data.broken?.seq}`}>
              {data.broken?.why} Event <code>{data.broken?.id}</code>. Compare with a copy that was exported before.
            </Alert>
          )}
        </Modal>
      )}
    </>
  );
}
