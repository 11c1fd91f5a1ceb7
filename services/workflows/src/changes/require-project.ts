import type { HandlerContext } from '@connectrpc/connect';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';

/** Refuses a project that the caller's organization does not have with not_found `project_not_found`. */
export async function requireProject(ctx: Context, call: HandlerContext, id: bigint): Promise<void> {
  await ctx.clients.identity(callerOf(call), call).checkProject({ id });
}
