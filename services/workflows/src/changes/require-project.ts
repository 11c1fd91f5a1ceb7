import type { HandlerContext } from '@connectrpc/connect';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';

/** Throws `project_not_found` (not_found) for a project that the caller's organization does not have. */
export async function requireProject(ctx: Context, call: HandlerContext, id: bigint): Promise<void> {
  await ctx.clients.identity(callerOf(call), call).checkProject({ id });
}
