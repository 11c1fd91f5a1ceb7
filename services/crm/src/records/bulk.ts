import { type JsonObject, type JsonValue, parseJson, stringifyJson } from '@drippulse/json';
import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import { type Collection, type RecordRow, tables, type Value, type Values } from './collection.ts';
import { recordColumns } from './rows.ts';

/** Inserts records in one statement. A column that a row lacks is null. Returns the inserted rows by id. */
export async function insertRecords<Row extends RecordRow>(
  trx: Transaction<DB>,
  collection: Collection<Row>,
  rows: readonly Values[],
): Promise<Map<string, Row>> {
  if (rows.length === 0) return new Map();
  const table = sql.table(tables[collection.type].table);
  const columns = sql.join([...new Set(rows.flatMap(Object.keys))].map((column) => sql.ref(column)));
  const { rows: made } = await sql<Row>`
    insert into ${table} as record (${columns})
    select ${columns} from json_populate_recordset(null::${table}, ${toJson(rows)}::json)
    returning ${recordColumns(collection)}`.execute(trx);
  return byId(made);
}

/** Updates locked records in one statement, with the columns of the first row. Returns the updated rows by id. */
export async function updateRecords<Row extends RecordRow>(
  trx: Transaction<DB>,
  collection: Collection<Row>,
  organizationId: bigint,
  rows: readonly (Values & { id: string })[],
): Promise<Map<string, Row>> {
  const [first] = rows;
  if (first === undefined) return new Map();
  const table = sql.table(tables[collection.type].table);
  const columns = Object.keys(first).filter((column) => column !== 'id');
  const assignments = columns.map((column) => sql`${sql.ref(column)} = wanted.${sql.ref(column)}`);
  const { rows: changed } = await sql<Row>`
    update ${table} as record set ${sql.join(assignments)}
    from json_populate_recordset(null::${table}, ${toJson(rows)}::json) as wanted
    where record.organization_id = ${organizationId} and record.id = wanted.id
    returning ${recordColumns(collection)}`.execute(trx);
  return byId(changed);
}

function byId<Row extends RecordRow>(rows: readonly Row[]): Map<string, Row> {
  return new Map(rows.map((row) => [row.id, row]));
}

function toJson(rows: readonly Values[]): string {
  return stringifyJson(rows.map(toJsonObject));
}

function toJsonObject(row: Values): JsonObject {
  const members: JsonObject = {};
  for (const name in row) members[name] = toJsonValue(name, row[name] ?? null);
  return members;
}

/** Converts a value to JSON. Types that JSON lacks become strings. `custom` is already JSON and keeps every digit. */
function toJsonValue(column: string, value: Value): JsonValue {
  if (column === 'custom' && typeof value === 'string') return parseJson(value);
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'bigint' ? String(value) : value;
}
