import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { get, post, put } from '../api/client';
import { connectors, groups } from '../api/queries';
import { useMe } from '../api/session';
import type { Grant } from '../api/types';
import { subjectKey } from '../grants/subject';
import { CodeBlock } from '../parts/Copyable';
import { ChoiceField, TextField } from '../parts/fields';
import type { Step } from './Wizard';

const NEW = 'new';

/** Grants the connector to a first group, and shows how it is used. */
export function GrantStep({ progress, onFinish }: Step) {
  const me = useMe();
  const client = useQueryClient();
  const id = progress.connector ?? '';
  const connector = useQuery({ ...connectors.one(id), enabled: id !== '' }).data;
  const list = useQuery(groups.list).data ?? [];
  const [chosen, setChosen] = useState<string>();
  const [name, setName] = useState('developers');
  const group = chosen ?? list[0]?.id ?? NEW;
  onFinish(async () => {
    if (!id) return;
    const made = { name: name.trim(), description: '', roles: [], members: me ? [me.id] : [] };
    const granted = group === NEW ? (await post('/groups', { body: made })).id : group;
    // Read anew: the test has noted its outcome meanwhile, and that is a newer revision.
    const path = { id };
    const fresh = await get('/connectors/{id}', { path });
    const held = fresh.grants.some((grant) => subjectKey(grant.subject) === `group:${granted}`);
    if (!held) {
      const grants: Grant[] = [...fresh.grants, { subject: { group: granted }, effect: 'use', conditions: {} }];
      await put('/connectors/{id}/grants', { path, body: { grants }, revision: fresh.revision });
    }
    await client.invalidateQueries();
  });
  const slug = connector?.slug ?? 'demo';
  return (
    <SpaceBetween size="l">
      <Container header={<Header variant="h2">Who may use {connector?.name ?? 'it'}</Header>}>
        <SpaceBetween size="m">
          <ChoiceField
            label="Group"
            value={group}
            onChange={setChosen}
            choices={[...list.map((one) => ({ value: one.id, label: one.name })), { value: NEW, label: 'A new group' }]}
          />
          {group === NEW && (
            <TextField label="Name of the group" hint="You are its first member." value={name} onChange={setName} />
          )}
        </SpaceBetween>
      </Container>
      <Container header={<Header variant="h2">On the command line</Header>}>
        <SpaceBetween size="s">
          <Box>Sign in once, then run anything with fresh credentials:</Box>
          <CodeBlock
            what="commands"
            text={[
              `regent login --server ${window.location.origin}`,
              `regent exec ${slug} -- aws sts get-caller-identity`,
            ].join('\n')}
          />
        </SpaceBetween>
      </Container>
    </SpaceBetween>
  );
}
