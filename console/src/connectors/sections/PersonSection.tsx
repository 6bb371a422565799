import Container from '@cloudscape-design/components/container';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Toggle from '@cloudscape-design/components/toggle';
import { Pairs, TextField } from '../../parts/fields';
import { namesThePerson } from '../draft';
import type { Section } from './section';

const PLAIN = { lossy: false, transitive: false };

export function PersonSection({ form, issue, capability }: Section) {
  const { draft, set } = form;
  if (!namesThePerson(draft.principal_type)) return null;
  const tags = Object.fromEntries(Object.entries(draft.session_tags).map(([key, tag]) => [key, tag.template]));
  const noIdentity = draft.principal_type === 'assume_role' ? capability('source_identity_template') : undefined;
  return (
    <Container>
      <ExpandableSection
        variant="inline"
        headingTagOverride="h2"
        headerText={<Header variant="h2">The person in the session</Header>}
        defaultExpanded={Boolean(issue('session_name_template') ?? issue('session_tags'))}
      >
        <SpaceBetween size="m">
          <TextField
            label="Session name"
            hint="Shown in every record of AWS. Variables such as ${user.name} are filled in."
            value={draft.session_name_template}
            onChange={(value) => set('session_name_template', value)}
            error={issue('session_name_template')}
          />
          {draft.principal_type === 'assume_role' && (
            <SpaceBetween size="m">
              <Toggle
                checked={draft.source_identity_template !== null}
                disabled={Boolean(noIdentity)}
                description={noIdentity ?? 'Stays with the session through every further role.'}
                onChange={({ detail }) =>
                  set('source_identity_template', detail.checked ? '${user.id_or_email}' : null)
                }
              >
                Send a source identity
              </Toggle>
              {draft.source_identity_template !== null && (
                <TextField
                  label="Source identity"
                  value={draft.source_identity_template}
                  onChange={(value) => set('source_identity_template', value)}
                  error={issue('source_identity_template')}
                />
              )}
            </SpaceBetween>
          )}
          <FormField
            label="Session tags"
            description="Policies can ask for them as aws:PrincipalTag."
            constraintText={capability('session_tags')}
            errorText={issue('session_tags')}
          >
            <Pairs
              pairs={tags}
              onChange={(pairs) =>
                set(
                  'session_tags',
                  Object.fromEntries(
                    Object.entries(pairs).map(([key, template]) => [
                      key,
                      { ...PLAIN, ...draft.session_tags[key], template },
                    ]),
                  ),
                )
              }
              names={{ key: 'Tag', value: 'Value', add: 'Add tag', empty: 'No tags' }}
              at={50}
            />
          </FormField>
        </SpaceBetween>
      </ExpandableSection>
    </Container>
  );
}
