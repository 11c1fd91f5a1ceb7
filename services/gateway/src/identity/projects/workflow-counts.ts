import type { HandlerContext } from '@connectrpc/connect';
import { callerOf, fromConnectError, modeToProto } from '@drippulse/rpc';
import type { Context } from '../context.ts';

const timeoutMs = 2000;

/**
 * Counts the workflows of projects in the caller's mode. Returns a function from project id to count. That function
 * returns undefined while the workflows service is unavailable, because a list of projects is useful without the
 * counts.
 */
export async function countWorkflows(
  ctx: Context,
  call: HandlerContext,
  projectIds: bigint[],
): Promise<(id: bigint) => bigint | undefined> {
  if (projectIds.length === 0) return () => undefined;
  try {
    const caller = callerOf(call);
    const request = { projectIds, mode: modeToProto(caller.mode) };
    const { counts } = await ctx.clients.workflows(caller, call).countByProject(request, { timeoutMs });
    return (id) => counts[String(id)] ?? 0n;
  } catch (error) {
    const failure = fromConnectError(error);
    if (failure.kind !== 'unavailable') throw failure;
    return () => undefined;
  }
}
