import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import { decodeJson, isRawNumber, type JsonObject, parseJson, stringifyJson } from '@drippulse/json';
import { callerOf } from '@drippulse/rpc';
import { DomainError } from '@drippulse/runtime';
import { sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { type Collection, type RecordRow, tables, type Values } from '../records/collection.ts';
import { createRecord } from '../records/create-record.ts';
import { deleteRecord } from '../records/delete-record.ts';
import { lockRecord } from '../records/rows.ts';
import { updateRecord } from '../records/update-record.ts';
import { pickValues } from '../records/values.ts';
import type { Outcome } from './outcome.ts';
import { choosePublicId, type Found, findByPublicId } from './public-ids.ts';

/** Writes one element of an array of a bundle. */
export type ImportRow = (ctx: Context, trx: Transaction<DB>, call: HandlerContext, text: string) => Promise<Outcome>;

/** What the import must know of a collection beside what every write knows. */
type Importing<Row extends RecordRow, D extends DescMessage> = {
  collection: Collection<Row>;
  /** The request that makes a record: its decoder checks the row. */
  desc: D;
  valuesOf(request: MessageShape<D>): Values;
  /** Columns that no request writes: where an opportunity stands, what a lead has become. */
  further?(ctx: Context, trx: Transaction<DB>, row: JsonObject, before: Row | undefined, org: bigint): Promise<Values>;
};

export function importerOf<Row extends RecordRow, D extends DescMessage>(o: Importing<Row, D>): ImportRow {
  const { collection } = o;
  return async (ctx, trx, call, text) => {
    const { organizationId } = callerOf(call);
    const row = await followLinks(trx, organizationId, collection, readObject(text));
    // An owner of another installation would be somebody else here.
    const { owner_id: _, ...values } = o.valuesOf(decodeJson(o.desc, stringifyJson(row), { method: 'POST' }));
    const isDeleted = typeof row['deleted_at'] === 'string';
    const found = await findExisting(trx, organizationId, collection, row, values);
    if (found === undefined) {
      const further = await o.further?.(ctx, trx, row, undefined, organizationId);
      const publicId = await choosePublicId(trx, organizationId, collection.type, row['public_id']);
      const made = await createRecord(ctx, trx, call, collection, { ...values, ...further }, publicId);
      if (isDeleted) await deleteRecord(ctx, trx, call, collection, made.id);
      return 'created';
    }
    if (found.deleted_at !== null) return isDeleted ? 'unchanged' : refuseDeleted(collection.type);
    if (isDeleted) {
      await deleteRecord(ctx, trx, call, collection, found.id);
      return 'updated';
    }
    const before = await lockRecord(trx, collection, organizationId, found.id);
    const further = await o.further?.(ctx, trx, row, before, organizationId);
    const present = pickValues(values, Object.keys(row));
    const after = await updateRecord(ctx, trx, call, collection, before, { ...present, ...further });
    return after === before ? 'unchanged' : 'updated';
  };
}

function readObject(text: string): JsonObject {
  const value = parseJsonText(text);
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawNumber(value)) return value;
  throw new DomainError('invalid', 'validation_failed', 'must be an object');
}

function parseJsonText(text: string) {
  try {
    return parseJson(text);
  } catch (cause) {
    throw new DomainError('malformed', 'malformed_json', 'The row is not valid JSON.', { cause });
  }
}

/** The row with its links by the UUIDs of this installation. A deleted record is no longer linked to. */
async function followLinks<Row extends RecordRow>(
  trx: Transaction<DB>,
  organizationId: bigint,
  { links }: Collection<Row>,
  row: JsonObject,
): Promise<JsonObject> {
  const followed = { ...row };
  for (const [column, type] of Object.entries(links)) {
    const publicId = row[column.replace(/_id$/, '_public_id')];
    if (typeof publicId !== 'string') continue;
    const target = await findByPublicId(trx, organizationId, type, publicId);
    if (target === undefined) {
      const message = `names no ${type} that is there or stands earlier in the bundle`;
      const violations = [{ field: column.replace(/_id$/, '_public_id'), message }];
      throw new DomainError('invalid', 'validation_failed', message, { violations });
    }
    if (target.deleted_at === null) followed[column] = target.id;
    else delete followed[column];
  }
  return followed;
}

/** By its public id, else by its id elsewhere. */
async function findExisting<Row extends RecordRow>(
  trx: Transaction<DB>,
  organizationId: bigint,
  { type }: Collection<Row>,
  row: JsonObject,
  values: Values,
): Promise<Found | undefined> {
  const publicId = row['public_id'];
  const found = typeof publicId === 'string' ? await findByPublicId(trx, organizationId, type, publicId) : undefined;
  if (found !== undefined || typeof values['external_id'] !== 'string') return found;
  const { rows } = await sql<Found>`
    select id, deleted_at from ${sql.table(tables[type].table)}
    where organization_id = ${organizationId} and deleted_at is null
      and coalesce(external_system, '') = ${values['external_system'] ?? ''}
      and external_id = ${values['external_id']}`.execute(trx);
  return rows[0];
}

function refuseDeleted(type: string): never {
  throw new DomainError('failed_precondition', 'record_deleted', `The ${type} was deleted here.`);
}
