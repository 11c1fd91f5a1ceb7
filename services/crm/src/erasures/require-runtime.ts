import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import { callerOf } from '@drippulse/rpc';

/** Only the service that looks for the copies may know whom to look for. Answers the organization. */
export function requireRuntime(call: HandlerContext): bigint {
  const { actor, organizationId } = callerOf(call);
  if (actor.type === 'service' && actor.id === 'enrollment-runtime') return organizationId;
  throw new DomainError('permission_denied', 'insufficient_role', 'Only enrollment-runtime asks for erasures.');
}
