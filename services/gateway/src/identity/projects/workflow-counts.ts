import type { HandlerContext } from '@connectrpc/connect';
import { callerOf, fromConnectError } from '@drippulse/rpc';
import type { Context } from '../context.ts';

const timeoutMs = 2000;

/**
 * How many workflows each project has, as a function of its id. A list of projects is worth showing without the counts:
 * while the workflows service is away the function answers undefined.
 */
export async function countWorkflows(
  ctx: Context,
  call: HandlerContext,
  projectIds: bigint[],
): Promise<(id: bigint) => bigint | undefined> {
  if (projectIds.length === 0) return () => undefined;
  try {
    const { counts } = await ctx.clients.workflows(callerOf(call), call).countByProject({ projectIds }, { timeoutMs });
    return (id) => counts[String(id)] ?? 0n;
  } catch (error) {
    const failure = fromConnectError(error);
    if (failure.kind !== 'unavailable') throw failure;
    return () => undefined;
  }
}
