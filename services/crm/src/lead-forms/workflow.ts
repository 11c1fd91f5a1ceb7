import type { HandlerContext } from '@connectrpc/connect';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';

/** Refuses an unknown workflow. */
export async function requireWorkflow(ctx: Context, call: HandlerContext, id: bigint | null): Promise<void> {
  if (id !== null) await ctx.clients.workflows(callerOf(call), call).getWorkflow({ id });
}
