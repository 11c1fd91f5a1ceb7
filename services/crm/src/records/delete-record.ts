import { sql } from 'kysely';
import { recordChanges } from './change-events.ts';
import { type Collection, type RecordRow, tables } from './collection.ts';
import { lockRecord } from './rows.ts';
import type { Write } from './write.ts';

/** Deletes a record. The row is kept for exports and the audit stream. */
export async function deleteRecord<Row extends RecordRow>(
  write: Write,
  collection: Collection<Row>,
  id: string,
): Promise<void> {
  const { ctx, trx, author } = write;
  const before = await lockRecord(write, collection, id);
  const now = ctx.clock.now();
  const after = { ...before, sequence: before.sequence + 1n, updated_at: now, deleted_at: now };
  await sql`
    update ${sql.table(tables[collection.type].table)}
    set sequence = ${after.sequence}, updated_at = ${now}, deleted_at = ${now}
    where organization_id = ${author.organizationId} and id = ${before.id}`.execute(trx);
  await recordChanges(write, collection, [{ action: 'deleted', after, before, written: { deleted_at: now } }]);
}
