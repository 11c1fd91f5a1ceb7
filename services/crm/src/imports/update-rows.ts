import { updateRecords } from '../records/bulk.ts';
import type { Change } from '../records/change-events.ts';
import type { Collection, RecordRow, Value, Values } from '../records/collection.ts';
import { isSame } from '../records/update-record.ts';
import type { Write } from '../records/write.ts';
import { isDeleted, type Plan, type Result } from './plan.ts';
import { removeRows } from './remove-rows.ts';

/** Updates the records of plans, and deletes the records whose row is marked as deleted. */
export async function updateRows<Row extends RecordRow>(
  write: Write,
  collection: Collection<Row>,
  plans: readonly Plan<Row>[],
  results: Result[],
): Promise<Change<Row>[]> {
  const { ctx, trx, author } = write;
  const due: { before: Row; written: Values }[] = [];
  const gone: Row[] = [];
  for (const { index, values, fields, before } of plans) {
    if (before === undefined) continue;
    const written = isDeleted(fields) ? {} : changedOf(before, values);
    const isChanged = Object.keys(written).length > 0;
    if (isDeleted(fields)) gone.push(before);
    else if (isChanged) due.push({ before, written });
    results[index] = isChanged || isDeleted(fields) ? 'updated' : 'unchanged';
  }
  const columns = [...new Set(due.flatMap(({ written }) => Object.keys(written)))];
  const now = ctx.clock.now();
  const rows = due.map(({ before, written }) => {
    const former: Values = { ...before };
    const all = columns.map((column) => [column, written[column] ?? (column in written ? null : former[column])]);
    return { ...Object.fromEntries(all), id: before.id, sequence: before.sequence + 1n, updated_at: now };
  });
  const changed = await updateRecords(trx, collection, author.organizationId, rows);
  const updated = due.flatMap(({ before, written }): Change<Row>[] => {
    const after = changed.get(before.id);
    return after === undefined ? [] : [{ action: 'updated', after, before, written }];
  });
  return [...updated, ...(await removeRows(write, collection, gone))];
}

function changedOf<Row extends RecordRow>(before: Row, values: Values): Values {
  const former: Readonly<Record<string, Value>> = { ...before };
  return Object.fromEntries(
    Object.entries(values).filter(([column, value]) => !isSame(column, value, former[column] ?? null)),
  );
}
