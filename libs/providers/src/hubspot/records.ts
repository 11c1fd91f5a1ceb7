import type { JsonObject } from '@drippulse/json';
import { z } from 'zod';
import { amountOf, listOf, objectOf, textOf } from '../answers/reading.ts';
import { pathOf } from '../calls.ts';
import type { RecordColumns, RecordPage, RecordPages } from '../record-pages.ts';
import { type Filters, filtersBy } from '../requests/filters.ts';
import { propertyName } from './objects.ts';
import { searchRequest } from './search.ts';

/** Settings of a data source of type HubSpot. */
export const hubspotRecordsConfig = z.strictObject({
  object: z.enum(['contacts', 'companies', 'deals']).describe('Type of objects.'),
  properties: z.array(z.string().regex(propertyName)).min(1).max(150).describe('Properties to read, by internal name.'),
  filters: filtersBy(propertyName).max(3).optional(),
});

type Config = z.output<typeof hubspotRecordsConfig>;

/** Overlap of consecutive windows. The search may show a change half a minute late, so the overlap is longer. */
const overlapMs = 60_000;
const searchPage = 200;
const listPage = 100;

/**
 * Reads pages of HubSpot objects. The first run lists all objects. Later runs search a fixed window of modification
 * times, in ascending order of ids. This way, neither the limit of 10,000 results nor many objects with equal times can
 * cut a run short or make it repeat objects. An object that changes during a run leaves the window, and the next run
 * reads it. The cursor is `{ since }` between runs, and `{ upper, after }` or `{ since, upper, last }` within a run.
 */
export const hubspotRecords: RecordPages = function* ({ config: json, cursor, upper }) {
  const config = hubspotRecordsConfig.parse(json);
  const until = textOf(cursor?.['upper']) ?? upper.toISOString();
  const since = textOf(cursor?.['since']);
  // The list endpoint accepts no filters.
  if (since === undefined && !config.filters?.length) return yield* listed(config, textOf(cursor?.['after']), until);
  return yield* searched(config, since, textOf(cursor?.['last']) ?? '0', until);
};

function* listed(config: Config, after: string | undefined, upper: string): ReturnType<RecordPages> {
  const { body } = yield {
    host: 'api',
    method: 'GET',
    path: pathOf`/crm/objects/2026-09/${config.object}`,
    query: { limit: listPage, after, properties: config.properties.join(',') },
    maxBytes: 16 * 1024 * 1024,
  };
  const next = textOf(objectOf(objectOf(objectOf(body)['paging'])['next'])['after']);
  return pageOf(rowsOf(body), next === undefined ? undefined : { upper, after: next }, upper);
}

function* searched(config: Config, since: string | undefined, last: string, upper: string): ReturnType<RecordPages> {
  const modified = config.object === 'contacts' ? 'lastmodifieddate' : 'hs_lastmodifieddate';
  const window: Filters = [
    { field: modified, operator: 'less_than', value: Date.parse(upper) },
    { field: 'hs_object_id', operator: 'greater_than', value: last },
    ...(since === undefined
      ? []
      : [{ field: modified, operator: 'greater_or_equal' as const, value: Date.parse(since) - overlapMs }]),
  ];
  const { body } = yield searchRequest(config.object, [...window, ...(config.filters ?? [])], {
    properties: config.properties,
    sorts: ['hs_object_id'],
    limit: searchPage,
  });
  const rows = rowsOf(body);
  const lastId = textOf(rows.at(-1)?.['id']);
  const isLast = lastId === undefined || (amountOf(objectOf(body)['total']) ?? 0) <= rows.length;
  return pageOf(rows, isLast ? undefined : { ...(since !== undefined && { since }), upper, last: lastId }, upper);
}

/** Builds a page. The next page begins at `next`. After the last page, the next run begins at `upper`. */
function pageOf(rows: JsonObject[], next: JsonObject | undefined, upper: string): RecordPage {
  return { rows, cursor: next ?? { since: upper }, isLast: next === undefined };
}

function rowsOf(body: Parameters<typeof objectOf>[0]): JsonObject[] {
  return listOf(objectOf(body)['results']).map((result) => {
    const { id, properties } = objectOf(result);
    return { ...objectOf(properties), id: textOf(id) ?? '' };
  });
}

/**
 * Reads the ids of objects that were archived in the last 90 days, as rows `{ id, archived_at }`. Objects that were
 * erased for privacy are not listed.
 */
export const hubspotArchived: RecordPages = function* ({ config: json, cursor, upper }) {
  const { object } = hubspotRecordsConfig.parse(json);
  const { body } = yield {
    host: 'api',
    method: 'GET',
    path: pathOf`/crm/objects/2026-09/${object}`,
    query: { limit: listPage, after: textOf(cursor?.['after']), archived: true },
    maxBytes: 16 * 1024 * 1024,
  };
  const next = textOf(objectOf(objectOf(objectOf(body)['paging'])['next'])['after']);
  const rows = listOf(objectOf(body)['results']).map((result) => {
    const { id, archivedAt } = objectOf(result);
    return { id: textOf(id) ?? '', archived_at: textOf(archivedAt) ?? null };
  });
  return pageOf(rows, next === undefined ? undefined : { after: next }, upper.toISOString());
};

/** Lists the properties that a data source can read. */
export const hubspotColumns: RecordColumns = function* (json) {
  const { object } = hubspotRecordsConfig.pick({ object: true }).parse({ object: json['object'] ?? null });
  const path = pathOf`/crm/properties/2026-09/${object}`;
  const { body } = yield { host: 'api', method: 'GET', path, maxBytes: 16 * 1024 * 1024 };
  return listOf(objectOf(body)['results'])
    .map(objectOf)
    .map(({ name, label, type }) => ({
      name: textOf(name) ?? '',
      label: textOf(label) ?? textOf(name) ?? '',
      type: textOf(type) ?? 'string',
    }));
};
