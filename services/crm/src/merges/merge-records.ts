import { DomainError, refuseViolations, type Violation } from '@drippulse/errors';
import { type RawBuilder, sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import { updateRecords } from '../records/bulk.ts';
import { type Change, recordChanges } from '../records/change-events.ts';
import {
  type Collection,
  type Links,
  type MergeableType,
  type RecordRow,
  tables,
  type Value,
  type Values,
} from '../records/collection.ts';
import { isPublicId, isUuid } from '../records/ids.ts';
import { missing } from '../records/missing.ts';
import { withOwnersOf } from '../records/require-owner.ts';
import { selectRecords } from '../records/rows.ts';
import { isSame, updateRecord } from '../records/update-record.ts';
import type { Write } from '../records/write.ts';
import { chooseValues, isNamed, readChoices } from './choose.ts';
import { type MergeRow, mergeColumns } from './merge.ts';
import type { Mergeable } from './mergeable.ts';
import { columnsTo, countLinks, type LinkColumn, type Moved, relink } from './relink.ts';
import { changedFields, type UndoData } from './undo-data.ts';

const maxMerged = 20;
/** Maximum number of links. More links would exceed the time limit of a request. */
const maxLinks = 10_000;

type Request = { survivor?: string; merged: readonly string[]; fields: Readonly<Record<string, string>> };

/**
 * Merges records. All records are locked in the order of their ids. If two merges involve the same people, the second
 * merge waits, and then does not find the records that the first merge has merged.
 */
export async function mergeRecords<Row extends RecordRow>(
  write: Write,
  mergeable: Mergeable<Row>,
  request: Request,
): Promise<{ survivor: Row; merge: MergeRow }> {
  const { trx, author } = write;
  const { collection, type } = mergeable;
  const { survivor: before, merged } = await lockRecords(trx, author.organizationId, collection, request);
  await requireFewLinks(trx, author.organizationId, mergeable, merged);
  const heirlooms = await dropDeadLinks(trx, author.organizationId, collection.links, merged);
  const { choices, problems } = readChoices(mergeable, [before, ...heirlooms], request.fields);
  refuseViolations(problems);
  const values = onlyChanged(before, chooseValues(mergeable, before, heirlooms, choices));
  const externals = externalsTaken(merged, values);

  // The merged records are removed first, because an external id is unique: the survivor can take it only after the
  // merged record has released it.
  const gone = await removeMerged(write, collection, { survivor: before, merged, externals });
  const survivor = await updateRecord(withOwnersOf(write, merged), collection, before, values);
  await recordChanges(write, collection, gone);
  const links: UndoData['links'] = [];
  for (const link of columnsTo(type)) {
    const condition = sql`${sql.ref(link.column)} = any(${merged.map(({ id }) => id)}::uuid[])`;
    const moved = await relink(link, { write, column: link.column, condition, to: before.id });
    links.push(...byOrigin(link, moved));
  }
  const undo = { fields: changedFields(mergeable, before, survivor), externals, links };
  return { survivor, merge: await insertMerge(write, type, { survivor, merged, undo }) };
}

async function lockRecords<Row extends RecordRow>(
  trx: Transaction<DB>,
  organizationId: bigint,
  collection: Collection<Row>,
  { survivor = '', merged }: Request,
): Promise<{ survivor: Row; merged: Row[] }> {
  if (merged.length === 0 || merged.length > maxMerged) {
    refuseViolations([{ field: 'merged', message: `must be 1 to ${maxMerged} ids`, code: 'length' }]);
  }
  const ids = [survivor, ...merged];
  const condition = sql`organization_id = ${organizationId} and deleted_at is null and ${hasAnyId(collection, ids)}`;
  const { rows } = await sql<Row>`${selectRecords(collection, condition)} order by id for update of record`.execute(
    trx,
  );
  const named: Row[] = [];
  for (const [at, id] of ids.entries()) {
    const row = rows.find((one) => isNamed(one, id));
    if (row === undefined) throw await missingOne(trx, organizationId, collection, id, at);
    named.push(row);
  }
  const [first, ...others] = named;
  if (new Set(named).size < named.length) {
    refuseViolations([
      { field: 'merged', message: 'must name each record once, and must not name the survivor', code: 'duplicate' },
    ]);
  }
  if (first === undefined) throw new Error('a merge without a survivor was let through');
  return { survivor: first, merged: others };
}

function hasAnyId<Row extends RecordRow>({ type }: Collection<Row>, ids: readonly string[]): RawBuilder<boolean> {
  const uuids = ids.filter(isUuid);
  const publicIds = ids.filter((id) => isPublicId(type, id));
  return sql<boolean>`(id = any(${uuids}::uuid[]) or public_id = any(${publicIds}::text[]))`;
}

/** Returns the error for a missing record. The error names the request's field with the id of the record. */
async function missingOne<Row extends RecordRow>(
  trx: Transaction<DB>,
  organizationId: bigint,
  { type }: Collection<Row>,
  id: string,
  at: number,
): Promise<DomainError> {
  const { kind, reason, message } = await missing(trx, organizationId, type, id);
  const violations: Violation[] = [{ field: at === 0 ? 'survivor' : `merged.${at - 1}`, message }];
  return new DomainError(kind, reason, message, { violations });
}

async function requireFewLinks<Row extends RecordRow>(
  trx: Transaction<DB>,
  organizationId: bigint,
  { type }: Mergeable<Row>,
  merged: readonly Row[],
): Promise<void> {
  const ids = merged.map(({ id }) => id);
  const count = await countLinks(trx, organizationId, type, ids, maxLinks + 1);
  if (count <= maxLinks) return;
  const message = `More than ${maxLinks} records are linked to those that are to be merged.`;
  throw new DomainError('failed_precondition', 'merge_too_many_links', message);
}

/** Returns the records without links to deleted records, because the survivor must not take over such links. */
async function dropDeadLinks<Row extends RecordRow>(
  trx: Transaction<DB>,
  organizationId: bigint,
  links: Links,
  rows: readonly Row[],
): Promise<Row[]> {
  const live = new Set<Value>();
  for (const [column, type] of Object.entries(links)) {
    const ids = rows.flatMap((row) => columnOf(row, column) ?? []);
    const { rows: found } = await sql<{ id: string }>`
      select id from ${sql.table(tables[type].table)}
      where organization_id = ${organizationId} and deleted_at is null and id = any(${ids}::uuid[])`.execute(trx);
    for (const { id } of found) live.add(id);
  }
  return rows.map((row) => {
    const dead = Object.keys(links).filter((column) => !live.has(columnOf(row, column)));
    return { ...row, ...Object.fromEntries(dead.map((column) => [column, null])) };
  });
}

function columnOf(row: RecordRow, column: string): Value {
  const values: Values = { ...row };
  return values[column] ?? null;
}

function onlyChanged(before: RecordRow, values: Values): Values {
  return Object.fromEntries(
    Object.entries(values).filter(([column, value]) => !isSame(column, value, columnOf(before, column))),
  );
}

/**
 * Returns the external id that the survivor takes over, and the record that had it. Even a deleted record must release
 * its id.
 */
function externalsTaken(merged: readonly RecordRow[], { external_id, external_system }: Values): UndoData['externals'] {
  if (typeof external_id !== 'string') return [];
  const from = merged.find((row) => row.external_id === external_id && row.external_system === external_system);
  return from === undefined ? [] : [{ id: from.id, external_system: from.external_system, external_id }];
}

async function removeMerged<Row extends RecordRow>(
  { ctx, trx }: Write,
  collection: Collection<Row>,
  { survivor, merged, externals }: { survivor: Row; merged: readonly Row[]; externals: UndoData['externals'] },
): Promise<Change<Row>[]> {
  const now = ctx.clock.now();
  const marks = { deleted_at: now, merged_into_id: survivor.id };
  const rows = merged.map((row) => {
    const isTaken = externals.some(({ id }) => id === row.id);
    const { external_system, external_id } = isTaken ? { external_system: null, external_id: null } : row;
    return { ...marks, id: row.id, external_system, external_id, sequence: row.sequence + 1n, updated_at: now };
  });
  const gone = await updateRecords(trx, collection, survivor.organization_id, rows);
  return merged.flatMap((before): Change<Row>[] => {
    const after = gone.get(before.id);
    if (after === undefined) return [];
    const { external_system, external_id } = after;
    const written = { ...marks, ...onlyChanged(before, { external_system, external_id }) };
    return [{ action: 'deleted', after, before, written }];
  });
}

function byOrigin({ type, column }: LinkColumn, moved: readonly Moved[]): UndoData['links'] {
  const groups = Map.groupBy(moved, ({ previous }) => previous);
  return [...groups].map(([from, rows]) => ({ type, column, from, ids: rows.map(({ id }) => id) }));
}

async function insertMerge(
  { trx, author: { organizationId, actor } }: Write,
  type: MergeableType,
  { survivor, merged, undo }: { survivor: RecordRow; merged: readonly RecordRow[]; undo: UndoData },
): Promise<MergeRow> {
  const movedLinks = undo.links.reduce((sum, { ids }) => sum + ids.length, 0);
  const { rows } = await sql<MergeRow>`
    insert into merges (organization_id, record_type, survivor_id, survivor_public_id, merged_ids, merged_public_ids,
      moved_links, undo, actor_type, actor_id)
    values (${organizationId}, ${type}, ${survivor.id}, ${survivor.public_id}, ${merged.map(({ id }) => id)}::uuid[],
      ${merged.map(({ public_id }) => public_id)}::text[], ${movedLinks}, ${JSON.stringify(undo)}::jsonb,
      ${actor.type}, ${actor.id})
    returning ${mergeColumns}`.execute(trx);
  const [row] = rows;
  if (row === undefined) throw new Error('a merge was written and did not come back');
  return row;
}
