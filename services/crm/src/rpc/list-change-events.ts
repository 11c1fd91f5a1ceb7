import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { HandlerContext } from '@connectrpc/connect';
import { countUpTo, readList, rowConditions } from '@drippulse/db';
import { convertInTurns } from '@drippulse/loops';
import type {
  CrmChangeEventSchema,
  ListCrmChangeEventsRequest,
} from '@drippulse/proto/drippulse/crm/v1/change_events_pb';
import { callerOf } from '@drippulse/rpc';
import type { Selectable, SelectQueryBuilder } from 'kysely';
import type { Context } from '../context.ts';
import type { ChangeEvents, DB } from '../db/schema.ts';
import { isUuid } from '../records/ids.ts';

export async function listCrmChangeEvents(ctx: Context, request: ListCrmChangeEventsRequest, call: HandlerContext) {
  const { kysely } = ctx.db;
  const all = kysely.selectFrom('change_events').where('organization_id', '=', callerOf(call).organizationId);
  const filters = await rowConditions(kysely, all, request, { id: 'id', createdAt: 'at' });
  const matching = ofRecord(all.where(filters), request);
  const { rows, paging } = await readList(request, {
    rows: ({ beforeId, limit, offset }) =>
      matching.selectAll().where('id', '<', beforeId).orderBy('id', 'desc').limit(limit).offset(offset).execute(),
    count: () => countUpTo(kysely, matching.select('id')),
  });
  return { changeEvents: await convertInTurns(rows, changeEventToProto, call.signal), ...paging };
}

function ofRecord<O>(
  events: SelectQueryBuilder<DB, 'change_events', O>,
  { recordType, recordId }: ListCrmChangeEventsRequest,
) {
  let query = events;
  if (recordType !== undefined) query = query.where('record_type', '=', recordType);
  if (recordId !== undefined) {
    query = query.where(isUuid(recordId) ? 'record_id' : 'record_public_id', '=', recordId);
  }
  return query;
}

function changeEventToProto(row: Selectable<ChangeEvents>): MessageInitShape<typeof CrmChangeEventSchema> {
  return {
    id: row.id,
    recordType: row.record_type,
    recordId: row.record_id,
    recordPublicId: row.record_public_id,
    action: row.action,
    actorType: row.actor_type,
    actorId: row.actor_id,
    changes: new TextEncoder().encode(row.changes),
    requestId: row.request_id ?? undefined,
    at: timestampFromDate(row.at),
  };
}
