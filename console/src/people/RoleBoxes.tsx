import Checkbox from '@cloudscape-design/components/checkbox';
import FormField from '@cloudscape-design/components/form-field';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { Role } from '../api/types';
import { ROLES } from './roles';

interface Props {
  roles: Role[];
  onChange: (roles: Role[]) => void;
  error?: string;
}

/** What somebody may do in Regent itself, apart from what they may do in AWS. */
export function RoleBoxes({ roles, onChange, error }: Props) {
  return (
    <FormField
      errorText={error}
      description="What they may do in Regent itself, apart from AWS. Most people have none."
    >
      <SpaceBetween size="xs">
        {ROLES.map((role) => (
          <Checkbox
            key={role.value}
            checked={roles.includes(role.value)}
            description={role.description}
            onChange={({ detail }) =>
              onChange(detail.checked ? [...roles, role.value] : roles.filter((one) => one !== role.value))
            }
          >
            {role.label}
          </Checkbox>
        ))}
      </SpaceBetween>
    </FormField>
  );
}
