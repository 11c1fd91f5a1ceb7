import { DomainError } from '@drippulse/errors';
import type { Caller } from '@drippulse/rpc';
import type { ApprovalRow } from './row.ts';

/**
 * Refuses a caller who may not decide. Roles have no order here, so admins may not decide an approval that names only
 * approvers. An API key has no person behind it, so it decides only where that is allowed, and with its own role.
 */
export function requireDecider({ actor, role }: Caller, row: Pick<ApprovalRow, 'roles' | 'allow_api_keys'>): void {
  if (actor.type !== 'user' && !(actor.type === 'api_key' && row.allow_api_keys)) {
    throw new DomainError(
      'permission_denied',
      'user_required',
      'This approval needs a user: log in and send the session token.',
    );
  }
  if (row.roles.includes(role)) return;
  throw new DomainError('permission_denied', 'insufficient_role', `This is decided by: ${row.roles.join(', ')}.`);
}
