import type { HandlerContext } from '@connectrpc/connect';
import { type Actor, callerOf, causeOf, requestIdOf } from '@drippulse/rpc';

/**
 * The author of a change, the request, and the cause that it follows from, if any. A job has the author of the request
 * that started it.
 */
export type Author = {
  organizationId: bigint;
  actor: Actor;
  requestId: string | undefined;
  cause: string | undefined;
};

export function authorOf(call: HandlerContext): Author {
  const { organizationId, actor } = callerOf(call);
  return { organizationId, actor, requestId: requestIdOf(call), cause: causeOf(call) };
}
