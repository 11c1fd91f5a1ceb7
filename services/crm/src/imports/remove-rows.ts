import { updateRecords } from '../records/bulk.ts';
import type { Change } from '../records/change-events.ts';
import type { Collection, RecordRow } from '../records/collection.ts';
import type { Write } from '../records/write.ts';

/** Deletes the records of rows. */
export async function removeRows<Row extends RecordRow>(
  { ctx, trx, author }: Write,
  collection: Collection<Row>,
  rows: readonly Row[],
): Promise<Change<Row>[]> {
  const now = ctx.clock.now();
  const marks = rows.map(({ id, sequence }) => ({ id, sequence: sequence + 1n, updated_at: now, deleted_at: now }));
  const gone = await updateRecords(trx, collection, author.organizationId, marks);
  return rows.flatMap((before): Change<Row>[] => {
    const after = gone.get(before.id);
    return after === undefined ? [] : [{ action: 'deleted', after, before, written: { deleted_at: now } }];
  });
}
