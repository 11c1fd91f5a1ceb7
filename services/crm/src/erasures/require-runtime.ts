import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import { callerOf } from '@drippulse/rpc';
import { serviceOf } from '@drippulse/topology';

/** Refuses every caller except the enrollment runtime, which erases its copies. Returns the organization. */
export function requireRuntime(call: HandlerContext): bigint {
  const { actor, organizationId } = callerOf(call);
  if (actor.type === 'service' && actor.id === serviceOf('enrollments')) return organizationId;
  throw new DomainError('permission_denied', 'insufficient_role', 'Only the service of enrollments asks for erasures.');
}
