import type { HandlerContext } from '@connectrpc/connect';
import { callerOf } from '@drippulse/rpc';
import { sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { authorOf } from './author.ts';
import { recordChanges } from './change-events.ts';
import { type Collection, type RecordRow, tables } from './collection.ts';
import { lockRecord } from './rows.ts';

/** Marks a record deleted: exports and the audit stream still have it. */
export async function deleteRecord<Row extends RecordRow>(
  ctx: Context,
  trx: Transaction<DB>,
  call: HandlerContext,
  collection: Collection<Row>,
  id: string,
): Promise<void> {
  const { organizationId } = callerOf(call);
  const before = await lockRecord(trx, collection, organizationId, id);
  const now = ctx.clock.now();
  const after = { ...before, sequence: before.sequence + 1n, updated_at: now, deleted_at: now };
  await sql`
    update ${sql.table(tables[collection.type].table)}
    set sequence = ${after.sequence}, updated_at = ${now}, deleted_at = ${now}
    where organization_id = ${organizationId} and id = ${before.id}`.execute(trx);
  await recordChanges(ctx, trx, authorOf(call), collection, [
    { action: 'deleted', after, before, written: { deleted_at: now } },
  ]);
}
