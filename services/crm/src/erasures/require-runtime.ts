import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import { callerOf } from '@drippulse/rpc';

/** Refuses every caller except enrollment-runtime, which erases the copies. Returns the organization. */
export function requireRuntime(call: HandlerContext): bigint {
  const { actor, organizationId } = callerOf(call);
  if (actor.type === 'service' && actor.id === 'enrollment-runtime') return organizationId;
  throw new DomainError('permission_denied', 'insufficient_role', 'Only enrollment-runtime asks for erasures.');
}
