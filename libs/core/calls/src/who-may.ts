import type { Principal, Role } from '@devmesh/contracts';
import type { CallRow } from './call-row.ts';

type Owned = Pick<CallRow, 'principal_id' | 'user_id'>;

const SEE_ALL: readonly Role[] = ['auditor', 'approver', 'admin', 'owner'];
/** An auditor looks and touches nothing. */
const CANCEL_ALL: readonly Role[] = ['approver', 'admin', 'owner'];

/** Whether they may read that call: their own, their user's, or everything for the roles that answer for it. */
export function maySee(principal: Principal, row: Owned): boolean {
  return isTheirs(principal, row) || seesAllCalls(principal);
}

export function mayCancel(principal: Principal, row: Owned): boolean {
  return isTheirs(principal, row) || holds(principal, CANCEL_ALL);
}

export function seesAllCalls(principal: Principal): boolean {
  return holds(principal, SEE_ALL);
}

function isTheirs({ id, userId }: Principal, row: Owned): boolean {
  return row.principal_id === id || (userId !== undefined && row.user_id === userId);
}

function holds({ roles, scopes }: Principal, wanted: readonly Role[]): boolean {
  return scopes.includes('admin') || roles.some((role) => wanted.includes(role));
}
