import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { HandlerContext } from '@connectrpc/connect';
import { countUpTo, readList, rowConditions } from '@drippulse/db';
import { convertInTurns } from '@drippulse/loops';
import {
  type HeldEntrySchema,
  HeldEntryStatus,
  type ListHeldEntriesRequest,
} from '@drippulse/proto/drippulse/enrollments/v1/held_entries_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';

const columns = { id: 'id', createdAt: 'held_at' };

export async function listHeldEntries(ctx: Context, request: ListHeldEntriesRequest, call: HandlerContext) {
  const { kysely } = ctx.db;
  const { organizationId } = callerOf(call);
  const all = kysely.selectFrom('held_entries').where('organization_id', '=', organizationId);
  const { status, workflowId } = request;
  const entries = all
    .where(await rowConditions(kysely, all, request, columns))
    .$if(status !== undefined, (rows) =>
      rows.where('status', '=', status === HeldEntryStatus.EXPIRED ? 'expired' : 'waiting'),
    )
    .$if(workflowId !== undefined, (rows) => rows.where('workflow_id', '=', workflowId ?? 0n));
  const { rows, paging } = await readList(request, {
    rows: ({ beforeId, limit, offset }) =>
      entries
        .select(['id', 'workflow_id', 'email', 'lead_ref', 'reason', 'status', 'held_at', 'expires_at'])
        .where('id', '<', beforeId)
        .orderBy('id', 'desc')
        .limit(limit)
        .offset(offset)
        .execute(),
    count: () => countUpTo(kysely, entries.select('id')),
  });
  const line = await kysely
    .selectFrom('held_lines')
    .select('retry_at')
    .where('organization_id', '=', organizationId)
    .executeTakeFirst();
  return {
    heldEntries: await convertInTurns(rows, (row) => heldEntryToProto(row, line?.retry_at), call.signal),
    ...paging,
  };
}

type Row = {
  id: bigint;
  workflow_id: bigint;
  email: string | null;
  lead_ref: string | null;
  reason: string;
  status: string;
  held_at: Date;
  expires_at: Date;
};

function heldEntryToProto(row: Row, retryAt: Date | undefined): MessageInitShape<typeof HeldEntrySchema> {
  const isWaiting = row.status === 'waiting';
  return {
    id: row.id,
    workflowId: row.workflow_id,
    reason: row.reason,
    status: isWaiting ? HeldEntryStatus.WAITING : HeldEntryStatus.EXPIRED,
    createdAt: timestampFromDate(row.held_at),
    expiresAt: timestampFromDate(row.expires_at),
    ...(row.email !== null && { email: row.email }),
    ...(row.lead_ref !== null && { leadRef: row.lead_ref }),
    ...(isWaiting && retryAt && { retryAt: timestampFromDate(retryAt) }),
  };
}
