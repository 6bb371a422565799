import SpaceBetween from '@cloudscape-design/components/space-between';
import { useQuery } from '@tanstack/react-query';
import { put } from '../api/client';
import type { Saved } from '../api/collections';
import { connectors } from '../api/queries';
import type { Connector } from '../api/types';
import { useGo, useParam } from '../frame/follow';
import { Editor } from '../parts/Editor';
import { Loaded } from '../parts/Loaded';
import { same } from '../parts/merge';
import { told } from '../parts/notices';
import { useForm } from '../parts/useForm';
import { Aside } from './Aside';
import { BLANK, type ConnectorDraft, READ_ONLY, sendable } from './draft';
import { Basics, RoleAndType } from './sections/Basics';
import { GrantsSection } from './sections/GrantsSection';
import { LifetimeAndUse } from './sections/LifetimeAndUse';
import { PersonSection } from './sections/PersonSection';
import { PolicySection } from './sections/PolicySection';
import { usePreview } from './usePreview';

const terms = (draft: ConnectorDraft) => {
  const { grants: _, ...rest } = sendable(draft);
  return rest;
};

// Who may use a connector is decided by a call of its own, with a right of its own.
async function saveGrants(saved: Saved<'/connectors'>, draft: ConnectorDraft): Promise<Saved<'/connectors'>> {
  const grants = draft.grants ?? [];
  if (same(saved.grants, grants)) return saved;
  const { id, revision } = saved;
  return put('/connectors/{id}/grants', { path: { id }, body: { grants }, revision });
}

/** One connector, new or stored, on one page; beside it, what would become of it right now. */
export function ConnectorEditor() {
  const id = useParam('id') ?? 'new';
  const query = useQuery({ ...connectors.one(id), enabled: id !== 'new' });
  if (id === 'new') return <Form />;
  return (
    <Loaded query={query} what="the connector">
      {(stored) => <Form key={stored.id} stored={stored} />}
    </Loaded>
  );
}

function Form({ stored }: { stored?: Connector }) {
  const go = useGo();
  const editing = useForm({
    path: '/connectors',
    stored,
    blank: BLANK,
    readOnly: READ_ONLY,
    send: terms,
    afterwards: saveGrants,
  });
  const { form } = editing;
  const preview = usePreview(form.draft);
  const issue = (field: string) => form.error(field) ?? preview.issue(field);
  const section = { form, issue, capability: preview.capability };
  return (
    <Editor
      title={stored?.name ?? 'Create connector'}
      description="What people and builds get from an account, and within which bounds."
      editing={editing}
      onCancel={() => go('/connectors')}
      onSave={async () => {
        const saved = await editing.save();
        if (!saved) return;
        told(`${saved.name} has been saved.`);
        if (!stored) await go(`/connectors/${saved.id}`);
      }}
    >
      <div className="with-aside">
        <SpaceBetween size="l">
          <Basics {...section} />
          <RoleAndType {...section} />
          <PolicySection {...section} preview={preview.data} />
          <LifetimeAndUse {...section} preview={preview.data} />
          <GrantsSection {...section} />
          <PersonSection {...section} />
        </SpaceBetween>
        <aside aria-label="Preview of the connector">
          <Aside draft={form.draft} stored={stored} preview={preview} />
        </aside>
      </div>
    </Editor>
  );
}
