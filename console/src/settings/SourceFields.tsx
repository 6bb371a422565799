import FormField from '@cloudscape-design/components/form-field';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Toggle from '@cloudscape-design/components/toggle';
import type { Draft, ToldOnly } from '../api/collections';
import type { IdentitySource } from '../api/types';
import { AreaField, ChoiceField, ListField, Pairs, TextField } from '../parts/fields';
import type { Form } from '../parts/useForm';

export type SourceDraft = Draft<'/identity-sources'>;

export const READ_ONLY_SOURCE: ToldOnly<'/identity-sources'>[] = ['kind', 'client_secret_set'];

export const BLANK_SOURCE: SourceDraft = {
  name: '',
  issuer: '',
  client_id: '',
  scopes: ['openid', 'profile', 'email', 'groups'],
  claims: {
    name: 'preferred_username',
    email: 'email',
    trust_email: false,
    groups: 'groups',
    display_name: 'name',
    attributes: {},
  },
  group_max_age_seconds: 900,
  create_people: 'mapped_group',
  disabled: false,
};

/** The draft as it is sent: an empty secret keeps the one that is set. */
export function sendableSource({ client_secret, ca_pem, ...rest }: SourceDraft): SourceDraft {
  return { ...rest, ...(client_secret ? { client_secret } : {}), ...(ca_pem?.trim() ? { ca_pem } : {}) };
}

interface Props {
  form: Pick<Form<'/identity-sources'>, 'draft' | 'set' | 'error'>;
  stored?: IdentitySource;
  /** Only what cannot be left out. */
  short?: boolean;
}

/** What is asked about an OpenID provider. */
export function SourceFields({ form, stored, short }: Props) {
  const { draft, set, error } = form;
  const claim = (name: 'name' | 'display_name' | 'email' | 'groups', label: string) => (
    <TextField
      label={label}
      value={draft.claims[name]}
      onChange={(value) => set('claims', { ...draft.claims, [name]: value })}
      error={error(`claims.${name}`)}
    />
  );
  return (
    <SpaceBetween size="m">
      <TextField
        label="Name"
        hint="Stands on the button of the sign-in."
        value={draft.name}
        onChange={(name) => set('name', name)}
        error={error('name')}
      />
      <TextField
        label="Issuer"
        placeholder="https://login.example.com"
        value={draft.issuer}
        onChange={(issuer) => set('issuer', issuer.trim())}
        error={error('issuer')}
      />
      <TextField
        label="Client ID"
        value={draft.client_id}
        onChange={(id) => set('client_id', id.trim())}
        error={error('client_id')}
      />
      <TextField
        label="Client secret"
        type="password"
        autoComplete="off"
        hint={
          stored?.client_secret_set
            ? 'One is set. Leave empty to keep it.'
            : 'Empty for a public client. Sealed when it is saved, never shown again.'
        }
        value={draft.client_secret}
        onChange={(secret) => set('client_secret', secret)}
        error={error('client_secret')}
      />
      <ChoiceField
        label="New people"
        value={draft.create_people}
        onChange={(value) => set('create_people', value)}
        error={error('create_people')}
        choices={[
          { value: 'mapped_group', label: 'Are let in when they are in a mapped group' },
          { value: 'never', label: 'Are refused until an administrator adds them' },
        ]}
      />
      {!short && (
        <SpaceBetween size="m">
          <ListField
            label="Scopes"
            description="Many providers are asked for groups between sign-ins only with offline_access."
            values={draft.scopes}
            onChange={(scopes) => set('scopes', scopes)}
            error={error('scopes')}
          />
          {claim('name', 'Claim of the name')}
          {claim('display_name', 'Claim of the display name')}
          {claim('email', 'Claim of the e-mail address')}
          <Toggle
            checked={draft.claims.trust_email}
            onChange={({ detail }) => set('claims', { ...draft.claims, trust_email: detail.checked })}
            description="For providers whose people cannot choose an address. Otherwise only those that the provider calls verified are taken."
          >
            Take addresses of which the provider does not say that they are verified
          </Toggle>
          {claim('groups', 'Claim of the groups')}
          <FormField
            label="Attributes"
            description="Read at each sign-in. Templates fill them in as ${user.attr.name}."
            errorText={error('claims.attributes')}
          >
            <Pairs
              pairs={draft.claims.attributes}
              onChange={(attributes) => set('claims', { ...draft.claims, attributes })}
              names={{ key: 'Attribute', value: 'Claim', add: 'Add attribute', empty: 'No attributes' }}
            />
          </FormField>
          <TextField
            label="Groups are read anew after"
            hint="Seconds"
            inputMode="numeric"
            value={String(draft.group_max_age_seconds)}
            onChange={(value) => set('group_max_age_seconds', Number.parseInt(value, 10) || 0)}
            error={error('group_max_age_seconds')}
          />
          <AreaField
            label="Certificate authority"
            hint="Optional, PEM. For a provider inside the organization."
            mono
            rows={3}
            value={draft.ca_pem}
            onChange={(pem) => set('ca_pem', pem || undefined)}
            error={error('ca_pem')}
          />
        </SpaceBetween>
      )}
    </SpaceBetween>
  );
}
