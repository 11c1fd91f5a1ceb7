import type { HandlerContext } from '@connectrpc/connect';
import type { CancelApprovalRequest } from '@drippulse/proto/drippulse/journeys/v1/approvals_pb';
import { callerOf } from '@drippulse/rpc';
import { sql } from 'kysely';
import { endApprovals } from '../approvals/index.ts';
import type { Context } from '../context.ts';

/** Cancels an approval by its key. The approval of a step is cancelled only with its enrollment. */
export async function cancelApproval(ctx: Context, { key }: CancelApprovalRequest, call: HandlerContext) {
  const { organizationId, mode } = callerOf(call);
  const own = sql<boolean>`organization_id = ${organizationId} and mode = ${mode} and request_key = ${key}
    and kind <> 'step'`;
  await ctx.db.kysely.transaction().execute((trx) => endApprovals(ctx, trx, own, 'cancelled'));
  ctx.relay.wake();
  return {};
}
