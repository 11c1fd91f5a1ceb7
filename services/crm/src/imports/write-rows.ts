import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import { DomainError, type Violation } from '@drippulse/errors';
import { decodeJson, isRawNumber, type JsonObject, parseJson, stringifyJson } from '@drippulse/json';
import { sql, type Transaction } from 'kysely';
import { type CustomFieldRow, selectFields } from '../custom-fields/rows.ts';
import { checkCustom } from '../custom-fields/rules.ts';
import type { DB } from '../db/schema.ts';
import type { RecordType } from '../record-type.ts';
import { recordChanges } from '../records/change-events.ts';
import type { Collection, RecordRow, Values } from '../records/collection.ts';
import { selectRecords } from '../records/rows.ts';
import { pickValues } from '../records/values.ts';
import type { Write } from '../records/write.ts';
import { createRows } from './create-rows.ts';
import { erasedMessage, findErased, goneMessage, lockAgainstErasure } from './gone.ts';
import { findKnown, type KnownBy, keysOf } from './keys.ts';
import { findLinks, type Links } from './links.ts';
import { isDeleted, isWanted, type Plan, type Policy, type Result } from './plan.ts';
import { problemsOf, type ReadRow } from './source-row.ts';
import { updateRows } from './update-rows.ts';

/** Writes rows of one collection. No two rows may have the same key. Returns the result of each row. */
export type Importer = {
  type: RecordType;
  write(write: Write, rows: readonly ReadRow[], by: KnownBy, policy: Policy): Promise<Result[]>;
};

/** A row and its existing record. */
export type Placed<Row> = { fields: JsonObject; before: Row | undefined };

/** The members of a collection that only an import uses, in addition to `Collection`. */
type Importing<Row extends RecordRow, D extends DescMessage> = {
  collection: Collection<Row>;
  /** The create request, whose decoder checks the row. */
  desc: D;
  valuesOf(request: MessageShape<D>): Values;
  /** Returns the columns that no request writes: the stage and position of an opportunity, the conversion of a lead. */
  further?(write: Write, rows: readonly Placed<Row>[]): Promise<Values[]>;
};

export function importerOf<Row extends RecordRow, D extends DescMessage>(o: Importing<Row, D>): Importer {
  const { collection } = o;
  return {
    type: collection.type,
    async write(write, rows, by, policy) {
      const { trx, author } = write;
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
      const all = await meetRecords(trx, organizationId, collection, read, results);
      const met = all.filter((plan) => isWanted(policy, plan));
      for (const { index, before } of all) if (before !== undefined) policy.onRecord?.(index, before.id);
      for (const plan of all) if (!isWanted(policy, plan)) results[plan.index] = 'skipped';
      const erased = await findErased(write, collection.type, met);
      for (const { index } of erased) results[index] = [{ field: '', message: erasedMessage }];
      const plans = met.filter((plan) => !erased.has(plan));
      const further = (await o.further?.(write, plans)) ?? [];
      const defined = await selectFields(trx, organizationId).where('record_type', '=', collection.type).execute();
      const complete = plans.map((plan, index) => ({ ...plan, values: valuesOf(plan, further[index], policy) }));
      const sound = complete.filter((plan) => {
        const problems = check(collection, defined, plan);
        if (problems.length > 0) results[plan.index] = problems;
        return problems.length === 0;
      });
      const changes = [
        ...(await createRows(write, collection, sound, results, policy)),
        ...(await updateRows(write, collection, sound, results)),
      ];
      await recordChanges(write, collection, changes);
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
    // `owner_id` is left out, because the owner's id from a different installation names a different user here.
    const { owner_id: _, ...values } = read(decodeJson(desc, stringifyJson(followed), { method: 'POST' }));
    return { fields: followed, values };
  } catch (error) {
    if (error instanceof DomainError) return problemsOf(error);
    throw error;
  }
}

/** Returns the plans with their existing records, which are locked in the order of their ids. */
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
  const locked = new Map(rows.map((row) => [row.id, row]));
  return found.flatMap(({ plan, record, other }) => {
    const before = locked.get(record?.id ?? '');
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
  const message = 'is used by another record of this external_system';
  return isTaken ? [{ field: 'external_id', message }] : undefined;
}

/**
 * Returns the columns that a row writes: all columns for a new record, else the columns that the row contains. If only
 * blanks are filled, columns that have a value in the record are left out.
 */
function valuesOf<Row extends RecordRow>(
  plan: Plan<Row>,
  further: Values | undefined,
  { fillsBlanks }: Policy,
): Values {
  const { fields, values, before } = plan;
  const kept = fillsBlanks ? filledOf(before) : new Set<string>();
  const named = Object.keys(fields).filter((name) => !kept.has(name));
  const present = before === undefined ? values : pickValues(values, named);
  const own = Object.entries(fields).filter(([name]) => name.startsWith('custom.') && !kept.has(name));
  if (own.length === 0) return { ...present, ...further };
  const members = parseJson(typeof present['custom'] === 'string' ? present['custom'] : (before?.custom ?? '{}'));
  const isObject = typeof members === 'object' && members !== null && !Array.isArray(members) && !isRawNumber(members);
  const written = Object.fromEntries(own.map(([name, value]) => [name.slice('custom.'.length), value]));
  return { ...present, ...further, custom: stringifyJson({ ...(isObject && members), ...written }) };
}

/** Returns the members of a record that have a value, custom members as `custom.<key>`. */
function filledOf<Row extends RecordRow>(before: Row | undefined): Set<string> {
  if (before === undefined) return new Set();
  const isFilled = ([, value]: [string, unknown]) => value !== null && value !== '';
  const custom = parseJson(before.custom);
  const members = typeof custom === 'object' && custom !== null && !isRawNumber(custom) ? Object.entries(custom) : [];
  return new Set([
    ...Object.entries(before)
      .filter(isFilled)
      .map(([name]) => name),
    ...members.filter(isFilled).map(([name]) => `custom.${name}`),
  ]);
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
