import type { HandlerContext } from '@connectrpc/connect';
import { countUpTo, readList, rowConditions } from '@drippulse/db';
import { convertInTurns } from '@drippulse/loops';
import type { ListOperatorActivityRequest } from '@drippulse/proto/drippulse/crm/v1/operator_pb';
import { callerOf, listedMode } from '@drippulse/rpc';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { type ActivityRow, activityKinds, activityToProto } from '../operator/activity.ts';

export async function listOperatorActivity(ctx: Context, request: ListOperatorActivityRequest, call: HandlerContext) {
  const caller = callerOf(call);
  const { kysely } = ctx.db;
  const kind = activityKinds.textOf(request.kind);
  const own = kysely
    .selectFrom('operator_activities')
    .where('organization_id', '=', caller.organizationId)
    .where('mode', '=', listedMode(request, caller));
  const all = kind === null ? own : own.where('kind', '=', kind);
  const lines = all.where(await rowConditions(kysely, all, request));
  const { rows, paging } = await readList(request, {
    rows: ({ beforeId, limit, offset }) =>
      lines.selectAll().where('id', '<', beforeId).orderBy('id', 'desc').limit(limit).offset(offset).execute(),
    count: () => countUpTo(kysely, lines.select('id')),
  });
  const tokens = await findTokens(ctx, caller.organizationId, rows);
  return {
    activity: await convertInTurns(
      rows,
      (row) => activityToProto({ ...row, token: tokens.get(row.lead_form_id) ?? null }),
      call.signal,
    ),
    ...paging,
  };
}

/**
 * Finds the tokens of the forms that these lines are about. Leaves out deleted and inactive forms, because their pages
 * are not served.
 */
async function findTokens(
  ctx: Context,
  organizationId: bigint,
  rows: readonly ActivityRow[],
): Promise<Map<bigint | null, string>> {
  const ids = rows.flatMap(({ lead_form_id: id }) => id ?? []);
  if (ids.length === 0) return new Map();
  const forms = await ctx.db.kysely
    .selectFrom('lead_forms')
    .select(['id', 'token'])
    .where('organization_id', '=', organizationId)
    .where('deleted_at', 'is', null)
    .where('active', '=', true)
    .where(sql<boolean>`id = any(${ids}::bigint[])`)
    .execute();
  return new Map(forms.map(({ id, token }) => [id, token]));
}
