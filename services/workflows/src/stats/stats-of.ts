import type { HandlerContext } from '@connectrpc/connect';
import type { WorkflowStats } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { callerOf, fromConnectError, type Mode, modeToProto } from '@drippulse/rpc';
import type { Context } from '../context.ts';

/** Time that a page waits for the counts of its rows. After this time, the page is sent without counts. */
const countWithinMs = 2_000;

/**
 * Returns the counts of workflows, keyed by the workflow's id as a string. Undefined when the runtime does not respond
 * in time.
 */
export async function statsOf(
  ctx: Context,
  call: HandlerContext,
  workflowIds: bigint[],
  mode: Mode,
): Promise<Readonly<Record<string, WorkflowStats>> | undefined> {
  if (workflowIds.length === 0) return {};
  const request = { workflowIds, mode: modeToProto(mode) };
  return unlessAway(ctx, async () => {
    const { stats } = await ctx.clients.runtime(callerOf(call), call).countWorkflows(request, within);
    return stats;
  });
}

/** Returns the number of active enrollments of each version. Undefined if the runtime does not respond in time. */
export async function activeOf(
  ctx: Context,
  call: HandlerContext,
  of: { workflowId: bigint; versions: number[]; mode: Mode },
): Promise<Readonly<Record<number, bigint>> | undefined> {
  if (of.versions.length === 0) return {};
  const request = { ...of, mode: modeToProto(of.mode) };
  return unlessAway(ctx, async () => {
    const { active } = await ctx.clients.runtime(callerOf(call), call).countVersions(request, within);
    return active;
  });
}

const within = { timeoutMs: countWithinMs };

/**
 * Returns undefined for any failure, because a list without counts is better than no list. One such failure is an older
 * runtime without the method, during an upgrade.
 */
async function unlessAway<T>(ctx: Context, count: () => Promise<T>): Promise<T | undefined> {
  try {
    return await count();
  } catch (error) {
    ctx.log.debug({ err: fromConnectError(error) }, 'a list comes without counts of enrollments');
    return undefined;
  }
}
