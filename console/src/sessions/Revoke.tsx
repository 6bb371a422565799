import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import { useQueryClient } from '@tanstack/react-query';
import { post } from '../api/client';
import type { Session } from '../api/types';
import { Confirm } from '../parts/Confirm';
import { told } from '../parts/notices';

interface Props {
  session: Session;
  verb: string;
  onClose: () => void;
}

/** Ends one session, after saying honestly what that does where it lives. */
export function Revoke({ session, verb, onClose }: Props) {
  const client = useQueryClient();
  return (
    <Confirm
      title={`${verb}?`}
      verb={verb}
      reason="asked"
      onClose={onClose}
      act={async (reason) => {
        await post('/sessions/{id}/revoke', { path: { id: session.id }, body: { reason } });
        await Promise.all([
          client.invalidateQueries({ queryKey: ['/me', 'sessions'] }),
          client.invalidateQueries({ queryKey: ['/sessions'] }),
        ]);
        told(`The session of ${session.connector.name} has been ended.`);
      }}
    >
      <Box>
        {session.connector.name}, issued to {session.caller.name}, access key <code>{session.access_key_id}</code>.
      </Box>
      {session.effect_note && <Alert type={session.revocable ? 'info' : 'warning'}>{session.effect_note}</Alert>}
    </Confirm>
  );
}
