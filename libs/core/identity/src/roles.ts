import type { Role } from '@devmesh/contracts';

const SCOPES: Readonly<Record<Role, readonly string[]>> = {
  viewer: ['read'],
  operator: ['read', 'write'],
  approver: ['read', 'memory:write'],
  auditor: ['read'],
  admin: ['read', 'write', 'admin'],
  owner: ['read', 'write', 'admin'],
};

/** What a person of this role may do; their keys never do more. */
export function scopesOfRole(role: Role): readonly string[] {
  return SCOPES[role];
}

/** Whether `held` includes `scope`: `write` includes `kubernetes:write`, never the other way round. */
export function coversScope(held: readonly string[], scope: string): boolean {
  const action = scope.slice(scope.indexOf(':') + 1);
  return held.includes(scope) || held.includes(action);
}
