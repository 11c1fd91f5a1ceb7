import type { JsonObject } from '@drippulse/json';
import { z } from 'zod';
import { listOf, objectOf, textOf } from '../answers/reading.ts';
import { pathOf } from '../calls.ts';
import type { RecordColumns, RecordPages } from '../record-pages.ts';
import { filtersBy } from '../requests/filters.ts';
import { fieldPath, servicePath } from './requests.ts';
import { conditionOf, literal, queryRequest, timeLiteral } from './soql.ts';

/** Settings of a data source of type Salesforce. */
export const salesforceRecordsConfig = z.strictObject({
  object: z.enum(['Lead', 'Contact', 'Account', 'Opportunity']).describe('Object.'),
  fields: z.array(z.string().regex(fieldPath)).min(1).max(200).describe('Fields to read, by API name.'),
  filters: filtersBy(fieldPath).optional(),
  api_version: z
    .string()
    .regex(/^v?\d{2,3}\.0$/)
    .optional()
    .describe('Version of the REST API; 64.0 unless given.'),
});

/**
 * Overlap of consecutive windows. A Salesforce transaction sets `SystemModstamp` at its start, but its changes become
 * visible only at its end.
 */
const overlapMs = 5 * 60_000;
const pageSize = 2000;

/**
 * Reads pages of Salesforce records, by rising `SystemModstamp` and id. Bulk and system writes change `SystemModstamp`,
 * but not `LastModifiedDate`. Each page is a separate query that begins after the last record of the previous page, so
 * no Salesforce cursor can expire. The cursor is `{ since }` between runs, and `{ since, upper, at, last }` within a
 * run.
 */
export const salesforceRecords: RecordPages = function* ({ config: json, cursor, upper }) {
  const config = salesforceRecordsConfig.parse(json);
  const until = textOf(cursor?.['upper']) ?? upper.toISOString();
  const since = textOf(cursor?.['since']);
  const at = textOf(cursor?.['at']);
  const last = textOf(cursor?.['last']);
  const conditions = [
    `SystemModstamp < ${timeLiteral(new Date(until))}`,
    ...(at !== undefined && last !== undefined ? [after(at, last)] : since === undefined ? [] : [from(since)]),
    ...(config.filters ?? []).map(conditionOf),
  ];
  const fields = [...new Set(['Id', 'SystemModstamp', ...config.fields])].join(', ');
  const { body } = yield queryRequest(
    settingsOf(config),
    `SELECT ${fields} FROM ${config.object} WHERE ${conditions.join(' AND ')} ORDER BY SystemModstamp, Id LIMIT ${pageSize}`,
  );
  const { records, done } = objectOf(body);
  const rows = listOf(records).map((record) => flat(objectOf(record)));
  const end = rows.at(-1);
  // If records have many fields, a page may be smaller than requested. Then `done` is false, and the next query
  // continues.
  const isLast = end === undefined || (done !== false && rows.length < pageSize);
  const next = isLast
    ? { since: until }
    : {
        ...(since !== undefined && { since }),
        upper: until,
        at: textOf(end['SystemModstamp']) ?? '',
        last: textOf(end['Id']) ?? '',
      };
  return { rows, cursor: next, isLast };
};

function from(since: string): string {
  return `SystemModstamp >= ${timeLiteral(new Date(Date.parse(since) - overlapMs))}`;
}

function after(at: string, last: string): string {
  const time = timeLiteral(new Date(at));
  return `(SystemModstamp > ${time} OR (SystemModstamp = ${time} AND Id > ${literal(last)}))`;
}

/** Reads the ids of records in the recycle bin, which keeps records for 15 days, as rows `{ Id }`. */
export const salesforceDeleted: RecordPages = function* ({ config: json, cursor, upper }) {
  const config = salesforceRecordsConfig.parse(json);
  const since = textOf(cursor?.['since']);
  const last = textOf(cursor?.['last']);
  const conditions = [
    'IsDeleted = true',
    ...(since === undefined ? [] : [from(since)]),
    ...(last === undefined ? [] : [`Id > ${literal(last)}`]),
  ];
  const soql = `SELECT Id FROM ${config.object} WHERE ${conditions.join(' AND ')} ORDER BY Id LIMIT ${pageSize}`;
  const { body } = yield queryRequest(settingsOf(config), soql, 'queryAll');
  const rows = listOf(objectOf(body)['records']).map((record) => flat(objectOf(record)));
  const lastId = textOf(rows.at(-1)?.['Id']);
  const isLast = lastId === undefined || rows.length < pageSize;
  const next = isLast ? { since: upper.toISOString() } : { ...(since !== undefined && { since }), last: lastId };
  return { rows, cursor: next, isLast };
};

/** Lists the fields that a data source can read. */
export const salesforceColumns: RecordColumns = function* (json) {
  const { object = null, api_version } = json;
  const config = salesforceRecordsConfig.pick({ object: true, api_version: true }).parse({ object, api_version });
  const path = servicePath(settingsOf(config), pathOf`sobjects/${config.object}/describe`);
  const { body } = yield { host: 'instance', method: 'GET', path, maxBytes: 16 * 1024 * 1024 };
  return listOf(objectOf(body)['fields'])
    .map(objectOf)
    .map(({ name, label, type }) => ({
      name: textOf(name) ?? '',
      label: textOf(label) ?? textOf(name) ?? '',
      type: textOf(type) ?? 'string',
    }));
};

function settingsOf({ api_version: version }: { api_version?: string }): Record<string, string> {
  return version === undefined ? {} : { api_version: version };
}

/** Flattens a record to a row. The column of a parent's field is its path, such as `Owner.Name`. */
function flat(record: JsonObject, path = ''): JsonObject {
  const row: JsonObject = {};
  for (const [name, value] of Object.entries(record)) {
    if (name === 'attributes') continue;
    const isParent = typeof value === 'object' && value !== null && !Array.isArray(value) && !('rawJSON' in value);
    if (isParent) Object.assign(row, flat(value, `${path}${name}.`));
    else row[`${path}${name}`] = value;
  }
  return row;
}
