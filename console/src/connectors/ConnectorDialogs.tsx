import Box from '@cloudscape-design/components/box';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { post, remove } from '../api/client';
import type { Connector } from '../api/types';
import { Confirm } from '../parts/Confirm';
import { TextField } from '../parts/fields';
import { told } from '../parts/notices';
import { slugOf } from './slug';

export interface Dialog {
  kind: 'enable' | 'disable' | 'clone' | 'delete';
  connector: Connector;
}

/** What is done to one connector from the list. */
export function ConnectorDialogs({ dialog, onClose }: { dialog: Dialog; onClose: () => void }) {
  const { kind, connector } = dialog;
  const client = useQueryClient();
  const path = { id: connector.id };
  const done = async (text: string) => {
    await client.invalidateQueries({ queryKey: ['/connectors'] });
    await client.invalidateQueries({ queryKey: ['/me'] });
    told(text);
  };
  switch (kind) {
    case 'enable':
      return (
        <Confirm
          title={`Enable ${connector.name}?`}
          verb="Enable"
          onClose={onClose}
          act={async () => {
            await post('/connectors/{id}/enable', { path });
            await done(`${connector.name} is enabled.`);
          }}
        >
          <Box>It can be used again by everybody it is granted to.</Box>
        </Confirm>
      );
    case 'disable':
      return (
        <Confirm
          title={`Disable ${connector.name}?`}
          verb="Disable"
          reason="required"
          onClose={onClose}
          act={async (reason) => {
            await post('/connectors/{id}/disable', { path, body: { reason } });
            await done(`${connector.name} is disabled.`);
          }}
        >
          <Box>
            No new session can be opened from now on. Sessions that were issued go on until they end or are revoked.
          </Box>
        </Confirm>
      );
    case 'delete':
      return (
        <Confirm
          title={`Delete ${connector.name}?`}
          verb="Delete"
          onClose={onClose}
          act={async () => {
            await remove('/connectors/{id}', { path, revision: connector.revision });
            await done(`${connector.name} has been deleted.`);
          }}
        >
          <Box>Its grants go with it. What was issued stays in the audit trail, and works until it ends.</Box>
        </Confirm>
      );
    case 'clone':
      return <Clone connector={connector} onClose={onClose} done={done} />;
  }
}

interface CloneProps {
  connector: Connector;
  onClose: () => void;
  done: (text: string) => Promise<void>;
}

function Clone({ connector, onClose, done }: CloneProps) {
  const [name, setName] = useState(`${connector.name} copy`);
  const [slug, setSlug] = useState(slugOf(`${connector.slug}-copy`));
  return (
    <Confirm
      title={`Clone ${connector.name}`}
      verb="Clone"
      onClose={onClose}
      act={async () => {
        await post('/connectors/{id}/clone', { path: { id: connector.id }, body: { name, slug } });
        await done(`${name} has been created.`);
      }}
    >
      <SpaceBetween size="m">
        <TextField label="Name" value={name} onChange={setName} />
        <TextField label="Short name" value={slug} onChange={setSlug} hint="a–z, 0–9 and hyphens" />
      </SpaceBetween>
    </Confirm>
  );
}
