import { timestampDate } from '@bufbuild/protobuf/wkt';
import type { HandlerContext } from '@connectrpc/connect';
import { countUpTo, cutPage, pageTotals, readPage, readSnapshot, rowConditions } from '@drippulse/db';
import { convertInTurns } from '@drippulse/loops';
import type { ListDeliveriesRequest } from '@drippulse/proto/drippulse/webhooks/v1/webhooks_pb';
import { callerOf } from '@drippulse/rpc';
import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { eventTypes, isMatch } from '../catalog/event-types.ts';
import type { Context } from '../context.ts';
import { readAttempts } from '../deliveries/rows.ts';
import { statusFromProto } from '../deliveries/statuses.ts';
import { deliveryToProto } from '../deliveries/to-proto.ts';
import { unknownEventType } from '../webhooks/fields.ts';
import { findWebhook } from '../webhooks/rows.ts';

/**
 * Maximum number of characters in all excerpts of one page together. A response is at most 32 MiB, and a character
 * takes up to 3 bytes.
 */
const pageCharacters = 8 * 1024 * 1024;

export async function listDeliveries(ctx: Context, request: ListDeliveriesRequest, call: HandlerContext) {
  const page = readPage(request, ['bigint']);
  const db = ctx.db.kysely;
  const webhook = await findWebhook(db, callerOf(call).organizationId, request.webhookId);
  const all = db.selectFrom('deliveries').where('webhook_id', '=', webhook.id);
  let scoped = all.where(await rowConditions(db, all, request));
  const status = request.status === undefined ? undefined : statusFromProto(request.status);
  if (status !== undefined) scoped = scoped.where('status', '=', status);
  if (request.eventType !== undefined) scoped = scoped.where(ofTypes(request.eventType));
  if (request.since !== undefined) scoped = scoped.where('event_at', '>=', timestampDate(request.since));
  if (request.until !== undefined) scoped = scoped.where('event_at', '<', timestampDate(request.until));
  const count = await countUpTo(db, scoped.select('id'));
  const after = page.after?.[0];
  const wanted = (after === undefined ? scoped : scoped.where('id', '<', BigInt(after)))
    .selectAll()
    .orderBy('id', 'desc')
    .offset(page.offset)
    .limit(page.limit + 1);
  // The page is read in one snapshot. Otherwise it could contain a status together with an attempt that was recorded
  // after the status was read.
  const { rows, nextCursor, attempts } = await readSnapshot(db, async (trx) => {
    const { rows: found } = await trx.executeQuery(wanted);
    const cut = cutPage(found, page.limit);
    return { ...cut, attempts: await readAttempts(trx, cut.rows, pageCharacters) };
  });
  return {
    deliveries: await convertInTurns(rows, (row) => deliveryToProto(row, attempts.get(row.id)), call.signal),
    nextCursor,
    ...count,
    ...pageTotals(page, count.totalCount),
  };
}

/** Replaces a pattern with the types that it matches, so that the filter is a plain comparison. */
function ofTypes(pattern: string): RawBuilder<SqlBool> {
  const types = eventTypes.flatMap(({ type }) => (isMatch(pattern, type) ? [type] : []));
  if (types.length === 0) throw unknownEventType(pattern);
  return sql<SqlBool>`event_type = any(${types}::text[])`;
}
