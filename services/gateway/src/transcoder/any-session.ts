import { DomainError } from '@drippulse/errors';
import type { MethodRest } from '@drippulse/proto/drippulse/rest/v1/rest_pb';
import type { Authenticated } from './ports.ts';

/**
 * Refuses credentials of a suspended organization, and sessions of users who lack the second factor that the
 * organization requires. Methods with `any_session` accept sessions of both kinds.
 */
export function requireFullAccess(
  { isSuspended, lacksMfa, sessionId }: Authenticated,
  { anySession }: Pick<MethodRest, 'anySession'>,
): void {
  if (anySession && sessionId !== undefined) return;
  if (isSuspended) {
    throw new DomainError('permission_denied', 'organization_suspended', 'Your organization is suspended.');
  }
  if (!lacksMfa) return;
  throw new DomainError(
    'permission_denied',
    'mfa_enrollment_required',
    'Your organization requires a second factor, and you have none: enroll one first.',
  );
}
