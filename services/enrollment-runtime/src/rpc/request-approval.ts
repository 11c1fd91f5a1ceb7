import type { HandlerContext } from '@connectrpc/connect';
import { retryConflicts } from '@drippulse/db';
import type { RequestApprovalRequest } from '@drippulse/proto/drippulse/journeys/v1/approvals_pb';
import { callerOf } from '@drippulse/rpc';
import { approvalToProto, readRequest, storeRequest } from '../approvals/index.ts';
import type { Context } from '../context.ts';

export async function requestApproval(ctx: Context, request: RequestApprovalRequest, call: HandlerContext) {
  const asked = readRequest(request, ctx.clock.now());
  // Conflicts are retried, because an erasure locks approvals before runs, which is the opposite order and may
  // deadlock.
  const row = await retryConflicts(() =>
    ctx.db.kysely.transaction().execute((trx) => storeRequest(ctx, trx, callerOf(call), asked)),
  );
  ctx.relay.wake();
  ctx.wake.approvals();
  return { approval: approvalToProto(row) };
}
