import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Multiselect from '@cloudscape-design/components/multiselect';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useQueries } from '@tanstack/react-query';
import { useState } from 'react';
import { groups, systemCallers, users } from '../../api/queries';
import type { Grant } from '../../api/types';
import { ConditionsDialog } from '../../grants/ConditionsDialog';
import { describe } from '../../grants/conditions';
import { subjectKey, subjectOf } from '../../grants/subject';
import type { Section } from './section';

/** Who may use it. A grant that is already there keeps its conditions while others come and go. */
export function GrantsSection({ form, issue }: Section) {
  const { draft, set } = form;
  const [open, setOpen] = useState<Grant>();
  const [groupList, userList, callerList] = useQueries({ queries: [groups.list, users.list, systemCallers.list] });
  const options = [
    { label: 'Groups', options: (groupList.data ?? []).map((one) => ({ value: `group:${one.id}`, label: one.name })) },
    {
      label: 'People',
      options: (userList.data ?? []).map((one) => ({ value: `user:${one.id}`, label: one.display_name || one.name })),
    },
    {
      label: 'System callers',
      options: (callerList.data ?? []).map((one) => ({ value: `system_caller:${one.id}`, label: one.name })),
    },
  ].filter((section) => section.options.length > 0);
  const every = options.flatMap((section) => section.options);
  const grants = draft.grants ?? [];
  const use = grants.filter((grant) => grant.effect === 'use');
  const label = (grant: Grant) => {
    const key = subjectKey(grant.subject);
    return every.find((option) => option.value === key)?.label ?? key;
  };
  const choose = (keys: string[]) => {
    const kept = grants.filter((grant) => grant.effect !== 'use' || keys.includes(subjectKey(grant.subject)));
    const held = new Set(use.map((grant) => subjectKey(grant.subject)));
    const added: Grant[] = keys
      .filter((key) => !held.has(key))
      .map((key) => ({ subject: subjectOf(key), effect: 'use', conditions: {} }));
    set('grants', [...kept, ...added]);
  };
  return (
    <Container header={<Header variant="h2">Who may use it</Header>}>
      <SpaceBetween size="m">
        <FormField
          label="Granted to"
          description="Membership is looked at each time: who leaves the group loses the access."
          errorText={issue('grants')}
        >
          <Multiselect
            selectedOptions={use.map((grant) => ({ value: subjectKey(grant.subject), label: label(grant) }))}
            options={options}
            onChange={({ detail }) => choose(detail.selectedOptions.map((option) => option.value ?? ''))}
            placeholder="Choose groups, people or system callers"
            filteringType="auto"
            empty="There are no groups yet"
            hideTokens
          />
        </FormField>
        {use.map((grant) => (
          <div key={subjectKey(grant.subject)} className="spread">
            <span>
              <strong>{label(grant)}</strong> <span className="quiet">{describe(grant)}</span>
            </span>
            <Button
              formAction="none"
              variant="inline-link"
              ariaLabel={`Conditions of ${label(grant)}`}
              onClick={() => setOpen(grant)}
            >
              Conditions
            </Button>
          </div>
        ))}
      </SpaceBetween>
      {open && (
        <ConditionsDialog
          grant={open}
          name={label(open)}
          onClose={() => setOpen(undefined)}
          onChange={(changed) => {
            set(
              'grants',
              grants.map((grant) => (grant === open ? changed : grant)),
            );
            setOpen(undefined);
          }}
        />
      )}
    </Container>
  );
}
