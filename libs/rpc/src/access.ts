import type { DescMethod } from '@bufbuild/protobuf';
import { DomainError } from '@drippulse/errors';
import { Auth, TestMode } from '@drippulse/proto/drippulse/rest/v1/rest_pb';
import { Role as ProtoRole } from '@drippulse/proto/drippulse/rest/v1/role_pb';
import { type Caller, roles } from './caller.ts';
import { restOf } from './rest-option.ts';
import { permits, scopeOf } from './scopes.ts';

/**
 * Throws `permission_denied` unless the caller meets the conditions in the method's rest option: minimum role, scope,
 * type of actor, and mode. Internal methods (without the rest option) and open methods (AUTH_NONE) accept any caller.
 */
export function checkAccess(method: DescMethod, caller: Caller): void {
  const option = restOf(method);
  if (option === undefined || option.auth === Auth.NONE) return;
  const { auth, minRole, testMode } = option;
  if (rank(caller) < requiredRank(minRole)) {
    throw new DomainError('permission_denied', 'insufficient_role', 'Your role does not permit this.');
  }
  checkScope(method, caller);
  if (auth === Auth.USER_ONLY && caller.actor.type !== 'user') {
    throw new DomainError(
      'permission_denied',
      'user_required',
      'This needs a user: log in and send the session token.',
    );
  }
  if (testMode === TestMode.REFUSE && caller.mode === 'test') {
    throw new DomainError('permission_denied', 'test_mode', 'A test key may not do this.');
  }
}

function checkScope(method: DescMethod, { scopes }: Caller): void {
  const scope = scopes === undefined ? undefined : scopeOf(method);
  if (scopes === undefined || scope === undefined || permits(scopes, scope)) return;
  throw new DomainError('permission_denied', 'insufficient_scope', `The API key lacks the scope "${scope}".`);
}

/**
 * Returns the rank of the required role. The proto enum counts from 1 in the order of `roles`. A method without
 * `min_role` accepts only administrators.
 */
function requiredRank(minRole: ProtoRole): number {
  return minRole === ProtoRole.UNSPECIFIED ? ProtoRole.ADMIN : minRole;
}

function rank(caller: Caller): number {
  return roles.indexOf(caller.role) + 1;
}
