import { DomainError } from '@drippulse/errors';
import { sql } from 'kysely';
import { updateRecords } from '../records/bulk.ts';
import { type Change, recordChanges } from '../records/change-events.ts';
import type { RecordRow, Value, Values } from '../records/collection.ts';
import { selectRecords } from '../records/rows.ts';
import { isSame } from '../records/update-record.ts';
import type { Write } from '../records/write.ts';
import { refuseTaken } from '../records/write-one.ts';
import { type MergeRow, mergeColumns, mergeNotFound } from './merge.ts';
import { type Mergeable, mergeableContacts, mergeableLeads } from './mergeable.ts';
import { relink } from './relink.ts';
import { readUndo, revert, type UndoData } from './undo-data.ts';

/** Maximum number of links that one statement restores. */
const slice = 500;

export type Undone = { merge: MergeRow; keptFields: string[]; restoredLinks: number; keptLinks: number };

/** Arguments of each step of an undo. */
type Undoing = { write: Write; merge: MergeRow; undo: UndoData };

/** Undoes a merge. Locks the merge, so that only one of two concurrent requests undoes it. */
export async function undoMerge(write: Write, id: bigint): Promise<Undone> {
  const { trx, author } = write;
  const { rows } = await sql<MergeRow & { undo: string | null }>`
    select ${mergeColumns}, undo from merges where organization_id = ${author.organizationId} and id = ${id}
    for update`.execute(trx);
  const [merge] = rows;
  if (merge === undefined) throw mergeNotFound();
  const undoing = { write, merge, undo: requireUndo(merge) };
  const keptFields = await restoreRecords(undoing, merge.record_type);
  const restoredLinks = await restoreLinks(undoing);
  return {
    merge: await markUndone(undoing),
    keptFields,
    restoredLinks,
    keptLinks: Number(merge.moved_links) - restoredLinks,
  };
}

function requireUndo({ undone_at, undo_until, undo }: MergeRow & { undo: string | null }): UndoData {
  if (undone_at !== null) {
    throw new DomainError('failed_precondition', 'merge_already_undone', 'The merge was taken back already.');
  }
  if (undo_until === null || undo === null) {
    const message = 'The merge can no longer be undone: it is older than 30 days, or data that this needs was erased.';
    throw new DomainError('failed_precondition', 'merge_not_undoable', message);
  }
  return readUndo(undo);
}

function restoreRecords(undoing: Undoing, type: string): Promise<string[]> {
  return type === 'contact' ? restore(undoing, mergeableContacts) : restore(undoing, mergeableLeads);
}

/** Restores the records. Writes the survivor first, so that the external id that it took over becomes free. */
async function restore<Row extends RecordRow>(
  { write, merge, undo }: Undoing,
  { collection }: Mergeable<Row>,
): Promise<string[]> {
  const { organization_id, survivor_id, merged_ids } = merge;
  const condition = sql`organization_id = ${organization_id} and id = any(${[survivor_id, ...merged_ids]}::uuid[])`;
  const { rows } = await sql<Row>`${selectRecords(collection, condition)} order by id for update of record`.execute(
    write.trx,
  );
  const survivor = rows.find(({ id }) => id === survivor_id);
  if (survivor === undefined) throw new Error(`merge ${merge.id} has lost its survivor`);
  if (survivor.merged_into_public_id) throw mergedSince(survivor.merged_into_public_id);
  // A survivor that was deleted after the merge stays as it is.
  const { values, kept } = survivor.deleted_at === null ? revert(undo.fields, survivor) : keepAll(undo);
  const back = rows.filter(({ id }) => id !== survivor_id);
  const changes = [
    ...(await writeAll(write, { collection, rows: [survivor], valuesOf: () => values })),
    ...(await writeAll(write, { collection, rows: back, valuesOf: (row) => ownValues(undo, row) })),
  ];
  await recordChanges(write, collection, changes);
  return kept;
}

function mergedSince(into: string): DomainError {
  const message = `The survivor has since been merged into ${into}. Undo that merge first.`;
  return new DomainError('failed_precondition', 'merge_survivor_merged', message);
}

function keepAll({ fields }: UndoData): { values: Values; kept: string[] } {
  return { values: {}, kept: fields.map(({ name }) => name) };
}

/** Returns the values of a merged record to restore. */
function ownValues({ externals }: UndoData, row: RecordRow): Values {
  const { external_system, external_id } = externals.find(({ id }) => id === row.id) ?? row;
  return { deleted_at: null, merged_into_id: null, external_system, external_id };
}

/** Updates each record with its values, all in one statement. A record whose values do not differ is not changed. */
async function writeAll<Row extends RecordRow>(
  { ctx, trx }: Write,
  { collection, rows, valuesOf }: { collection: Mergeable<Row>['collection']; rows: Row[]; valuesOf(row: Row): Values },
): Promise<Change<Row>[]> {
  const now = ctx.clock.now();
  const due = rows.filter((row) => Object.keys(valuesOf(row)).length > 0);
  const wanted = due.map((row) => ({ ...valuesOf(row), id: row.id, sequence: row.sequence + 1n, updated_at: now }));
  const [first] = due;
  if (first === undefined) return [];
  const written = await refuseTaken(updateRecords(trx, collection, first.organization_id, wanted));
  return due.flatMap((before): Change<Row>[] => {
    const after = written.get(before.id);
    if (after === undefined) return [];
    const [former, present]: Values[] = [{ ...before }, { ...after }];
    const columns = Object.keys(valuesOf(before)).filter(
      (column) => !isSame(column, present?.[column] ?? null, former?.[column] ?? null),
    );
    const changed = columns.map((column): [string, Value] => [column, present?.[column] ?? null]);
    return [{ action: 'updated', after, before, written: Object.fromEntries(changed) }];
  });
}

/** Restores the links. A record that was linked elsewhere or deleted after the merge stays as it is. */
async function restoreLinks({ write, merge, undo }: Undoing): Promise<number> {
  let restored = 0;
  for (const { type, column, from, ids } of undo.links) {
    for (let start = 0; start < ids.length; start += slice) {
      const some = ids.slice(start, start + slice);
      const condition = sql`id = any(${some}::uuid[]) and ${sql.ref(column)} = ${merge.survivor_id}::uuid`;
      const relinking = { write, column, condition, to: from };
      restored += (await relink({ type, column }, relinking)).length;
    }
  }
  return restored;
}

/** Marks the merge as undone. Deletes the undo data, which is personal data that is no longer needed. */
async function markUndone({ write: { ctx, trx }, merge }: Undoing): Promise<MergeRow> {
  const { rows } = await sql<MergeRow>`
    update merges set undone_at = ${ctx.clock.now()}, undo = null
    where organization_id = ${merge.organization_id} and id = ${merge.id}
    returning ${mergeColumns}`.execute(trx);
  const [row] = rows;
  if (row === undefined) throw new Error('a locked merge was not there to write');
  return row;
}
