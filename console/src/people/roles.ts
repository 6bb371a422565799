import type { Role } from '../api/types';

export const ROLES: { value: Role; label: string; description: string }[] = [
  { value: 'administrator', label: 'Administrator', description: 'Manages everything.' },
  { value: 'auditor', label: 'Auditor', description: 'Reads everything, issues and changes nothing.' },
  { value: 'operator', label: 'Operator', description: 'Revokes sessions and disables connectors.' },
  { value: 'approver', label: 'Approver', description: 'Decides requests for access.' },
];

export const roleName = (role: Role) => ROLES.find((one) => one.value === role)?.label ?? role;
