import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import { decodeJson, isRawNumber, type JsonObject, parseJson, stringifyJson } from '@drippulse/json';
import { DomainError, uuidRandom, type Violation } from '@drippulse/runtime';
import { sql, type Transaction } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Context } from '../context.ts';
import { type CustomFieldRow, selectFields } from '../custom-fields/rows.ts';
import { checkCustom } from '../custom-fields/rules.ts';
import type { DB } from '../db/schema.ts';
import type { Author } from '../records/author.ts';
import { insertRecords, updateRecords } from '../records/bulk.ts';
import { type Change, recordChanges } from '../records/change-events.ts';
import type { Collection, RecordRow, RecordType, Value, Values } from '../records/collection.ts';
import { isPublicId, makePublicId } from '../records/ids.ts';
import { selectRecords } from '../records/rows.ts';
import { isSame } from '../records/update-record.ts';
import { pickValues } from '../records/values.ts';
import { erasedMessage, findErased, goneMessage, lockAgainstErasure } from './gone.ts';
import { findKnown, type Keys, type KnownBy, keysOf } from './keys.ts';
import { findLinks, type Links } from './links.ts';
import { findTaken, standInFor } from './public-ids.ts';
import type { Outcome } from './report.ts';
import { problemsOf, type ReadRow } from './source-row.ts';

/** What became of a row: an outcome, or what was wrong with it. */
export type Result = Outcome | Violation[];

/** Writes rows of one collection, of which no two are known by one key. Answers what became of each. */
export type Importer = {
  type: RecordType;
  write(ctx: Context, trx: Transaction<DB>, author: Author, rows: readonly ReadRow[], by: KnownBy): Promise<Result[]>;
};

/** A row with the record that it stands for. */
export type Placed<Row> = { fields: JsonObject; before: Row | undefined };

/** What the import must know of a collection beside what every write knows. */
type Importing<Row extends RecordRow, D extends DescMessage> = {
  collection: Collection<Row>;
  /** The request that makes a record: its decoder checks the row. */
  desc: D;
  valuesOf(request: MessageShape<D>): Values;
  /** Columns that no request writes: where opportunities stand, what leads have become. */
  further?(ctx: Context, trx: Transaction<DB>, org: bigint, rows: readonly Placed<Row>[]): Promise<Values[]>;
};

/** What is to be done for one row. */
type Plan<Row> = { index: number; keys: Keys; fields: JsonObject; values: Values; before: Row | undefined };

export function importerOf<Row extends RecordRow, D extends DescMessage>(o: Importing<Row, D>): Importer {
  const { collection } = o;
  return {
    type: collection.type,
    async write(ctx, trx, author, rows, by) {
      const { organizationId } = author;
      const results: Result[] = [];
      await lockAgainstErasure(trx, organizationId, collection.type);
      const links = await findLinks(trx, organizationId, collection, rows);
      const read = rows.flatMap((row, index) => {
        const plan = readPlan(o, links, row);
        if (Array.isArray(plan)) results[index] = plan;
        return Array.isArray(plan)
          ? []
          : [{ ...plan, index, keys: keysOf(collection.type, organizationId, row, by), before: undefined }];
      });
      const met = await meetRecords(trx, organizationId, collection, read, results);
      const erased = await findErased(ctx, trx, organizationId, collection.type, met);
      for (const { index } of erased) results[index] = [{ field: '', message: erasedMessage }];
      const plans = met.filter((plan) => !erased.has(plan));
      const further = (await o.further?.(ctx, trx, organizationId, plans)) ?? [];
      const defined = await selectFields(trx, organizationId).where('record_type', '=', collection.type).execute();
      const complete = plans.map((plan, index) => ({ ...plan, values: valuesOf(plan, further[index]) }));
      const sound = complete.filter((plan) => {
        const problems = check(collection, defined, plan);
        if (problems.length > 0) results[plan.index] = problems;
        return problems.length === 0;
      });
      const changes = [
        ...(await create(ctx, trx, organizationId, collection, sound, results)),
        ...(await update(ctx, trx, organizationId, collection, sound, results)),
      ];
      await recordChanges(ctx, trx, author, collection, changes);
      return results;
    },
  };
}

function readPlan<Row extends RecordRow, D extends DescMessage>(
  { desc, valuesOf: read }: Importing<Row, D>,
  links: Links,
  { fields }: ReadRow,
): { fields: JsonObject; values: Values } | Violation[] {
  const followed = links.follow(fields);
  if (Array.isArray(followed)) return followed;
  try {
    // An owner of another installation would be somebody else here.
    const { owner_id: _, ...values } = read(decodeJson(desc, stringifyJson(followed), { method: 'POST' }));
    return { fields: followed, values };
  } catch (error) {
    if (error instanceof DomainError) return problemsOf(error);
    throw error;
  }
}

/** The plans with the records that they are for, held until the transaction ends, in the order of ids. */
async function meetRecords<Row extends RecordRow>(
  trx: Transaction<DB>,
  organizationId: bigint,
  collection: Collection<Row>,
  plans: readonly Plan<Row>[],
  results: Result[],
): Promise<Plan<Row>[]> {
  const known = await findKnown(
    trx,
    organizationId,
    collection.type,
    plans.map(({ keys }) => keys),
  );
  const found = plans.map((plan) => ({ plan, record: known.of(plan.keys), other: known.ofExternal(plan.keys) }));
  const ids = found.flatMap(({ record }) => (record === undefined ? [] : [record.id]));
  const condition = sql`organization_id = ${organizationId} and id = any(${ids}::uuid[])`;
  const { rows } =
    ids.length === 0
      ? { rows: [] }
      : await sql<Row>`${selectRecords(collection, condition)} order by id for update of record`.execute(trx);
  const held = new Map(rows.map((row) => [row.id, row]));
  return found.flatMap(({ plan, record, other }) => {
    const before = held.get(record?.id ?? '');
    const problem = problemOf(collection.type, plan, before, other !== undefined && other.id !== record?.id);
    if (problem === undefined) return [{ ...plan, before }];
    results[plan.index] = problem;
    return [];
  });
}

function problemOf<Row extends RecordRow>(
  type: RecordType,
  { fields }: Plan<Row>,
  before: Row | undefined,
  isTaken: boolean,
): Result | undefined {
  if (before?.deleted_at) {
    return isDeleted(fields) ? 'unchanged' : [{ field: '', message: goneMessage(type, before) }];
  }
  const message = 'is taken by another record of this external_system';
  return isTaken ? [{ field: 'external_id', message }] : undefined;
}

/** The columns of a new record, or those that a row has something to say of. */
function valuesOf<Row extends RecordRow>(plan: Plan<Row>, further: Values | undefined): Values {
  const { fields, values, before } = plan;
  const present = before === undefined ? values : pickValues(values, Object.keys(fields));
  const own = Object.entries(fields).filter(([name]) => name.startsWith('custom.'));
  if (own.length === 0) return { ...present, ...further };
  const members = parseJson(typeof present['custom'] === 'string' ? present['custom'] : (before?.custom ?? '{}'));
  const isObject = typeof members === 'object' && members !== null && !Array.isArray(members) && !isRawNumber(members);
  const written = Object.fromEntries(own.map(([name, value]) => [name.slice('custom.'.length), value]));
  return { ...present, ...further, custom: stringifyJson({ ...(isObject && members), ...written }) };
}

function check<Row extends RecordRow>(
  collection: Collection<Row>,
  defined: readonly CustomFieldRow[],
  { fields, values, before }: Plan<Row>,
): Violation[] {
  const { custom } = values;
  return [
    ...collection.check({
      ...before,
      ...values,
      ...(isDeleted(fields) && { deleted_at: String(fields['deleted_at']) }),
    }),
    ...(typeof custom === 'string' ? checkCustom(defined, custom) : []),
  ];
}

async function create<Row extends RecordRow>(
  ctx: Context,
  trx: Transaction<DB>,
  organizationId: bigint,
  collection: Collection<Row>,
  plans: readonly Plan<Row>[],
  results: Result[],
): Promise<Change<Row>[]> {
  const fresh = plans.filter(({ before }) => before === undefined);
  const publicIds = await choosePublicIds(trx, organizationId, collection.type, fresh);
  const now = ctx.clock.now();
  const rows = fresh.map(({ values }, seq) => ({
    ...values,
    // In the order of the rows: exports are in the order of ids.
    id: uuidv7({ msecs: now.getTime(), seq, rng: uuidRandom }),
    public_id: publicIds[seq] ?? makePublicId(collection.type),
    organization_id: organizationId,
    sequence: 1n,
    created_at: now,
    updated_at: now,
  }));
  const made = await insertRecords(trx, collection, rows);
  const created = fresh.flatMap((plan, seq): (Change<Row> & { plan: Plan<Row> })[] => {
    const after = made.get(rows[seq]?.id ?? '');
    results[plan.index] = 'created';
    return after === undefined ? [] : [{ plan, action: 'created', after, written: plan.values }];
  });
  const gone = created.filter(({ plan }) => isDeleted(plan.fields)).map(({ after }) => after);
  return [...created, ...(await remove(ctx, trx, organizationId, collection, gone))];
}

/** The public id of a row, unless another organization has it. */
async function choosePublicIds<Row extends RecordRow>(
  trx: Transaction<DB>,
  organizationId: bigint,
  type: RecordType,
  plans: readonly Plan<Row>[],
): Promise<(string | undefined)[]> {
  const wanted = plans.map(({ keys: { publicId, content } }) => {
    if (publicId !== undefined && isPublicId(type, publicId)) return publicId;
    return content;
  });
  const taken = await findTaken(
    trx,
    type,
    wanted.filter((id) => id !== undefined),
  );
  return wanted.map((id) => (id !== undefined && taken.has(id) ? standInFor(type, organizationId, id) : id));
}

async function update<Row extends RecordRow>(
  ctx: Context,
  trx: Transaction<DB>,
  organizationId: bigint,
  collection: Collection<Row>,
  plans: readonly Plan<Row>[],
  results: Result[],
): Promise<Change<Row>[]> {
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
  const changed = await updateRecords(trx, collection, organizationId, rows);
  const updated = due.flatMap(({ before, written }): Change<Row>[] => {
    const after = changed.get(before.id);
    return after === undefined ? [] : [{ action: 'updated', after, before, written }];
  });
  return [...updated, ...(await remove(ctx, trx, organizationId, collection, gone))];
}

function changedOf<Row extends RecordRow>(before: Row, values: Values): Values {
  const former: Readonly<Record<string, Value>> = { ...before };
  return Object.fromEntries(
    Object.entries(values).filter(([column, value]) => !isSame(column, value, former[column] ?? null)),
  );
}

async function remove<Row extends RecordRow>(
  ctx: Context,
  trx: Transaction<DB>,
  organizationId: bigint,
  collection: Collection<Row>,
  rows: readonly Row[],
): Promise<Change<Row>[]> {
  const now = ctx.clock.now();
  const marks = rows.map(({ id, sequence }) => ({ id, sequence: sequence + 1n, updated_at: now, deleted_at: now }));
  const gone = await updateRecords(trx, collection, organizationId, marks);
  return rows.flatMap((before): Change<Row>[] => {
    const after = gone.get(before.id);
    return after === undefined ? [] : [{ action: 'deleted', after, before, written: { deleted_at: now } }];
  });
}

function isDeleted(fields: JsonObject): boolean {
  return typeof fields['deleted_at'] === 'string';
}
