import type { HandlerContext } from '@connectrpc/connect';
import { countUpTo, readList, rowConditions } from '@drippulse/db';
import { convertInTurns } from '@drippulse/loops';
import type { ListApprovalsRequest } from '@drippulse/proto/drippulse/journeys/v1/approvals_pb';
import { type Caller, callerOf, listedMode } from '@drippulse/rpc';
import { type RawBuilder, sql } from 'kysely';
import { approvalToProto, kindFromProto, statusFromProto } from '../approvals/index.ts';
import type { Context } from '../context.ts';

export async function listApprovals(ctx: Context, request: ListApprovalsRequest, call: HandlerContext) {
  const { kysely } = ctx.db;
  const caller = callerOf(call);
  const scoped = kysely
    .selectFrom('approvals')
    .where('organization_id', '=', caller.organizationId)
    .where('mode', '=', listedMode(request, caller));
  const listed = scoped.where(await rowConditions(kysely, scoped, request)).where(conditionsOf(request, caller));
  const { rows, paging } = await readList(request, {
    rows: ({ beforeId, limit, offset }) =>
      listed.selectAll().where('id', '<', beforeId).orderBy('id', 'desc').limit(limit).offset(offset).execute(),
    count: () => countUpTo(kysely, listed.select('id')),
  });
  return { approvals: await convertInTurns(rows, approvalToProto, call.signal), ...paging };
}

function conditionsOf(request: ListApprovalsRequest, caller: Caller): RawBuilder<boolean> {
  const { workflowId, mine = false } = request;
  const kind = kindFromProto(request.kind);
  const status = statusFromProto(request.status) ?? (mine ? 'pending' : undefined);
  return sql<boolean>`${sql.join(
    [
      sql`true`,
      // The literal lets PostgreSQL use the index of pending approvals.
      ...(status === 'pending' ? [sql`status = 'pending'`] : status === undefined ? [] : [sql`status = ${status}`]),
      ...(kind === undefined ? [] : [sql`kind = ${kind}`]),
      ...(workflowId === undefined ? [] : [sql`workflow_id = ${workflowId}`]),
      ...(mine ? [mineOf(caller)] : []),
    ],
    sql` and `,
  )}`;
}

/** Returns the condition for approvals that the caller may decide. The rules equal those of `requireDecider`. */
function mineOf({ role, actor }: Caller): RawBuilder<unknown> {
  const canBeAnyone = actor.type === 'user' ? sql`true` : sql`allow_api_keys`;
  return sql`${role} = any(roles) and ${canBeAnyone}`;
}
