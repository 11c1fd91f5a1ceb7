import type { HttpClient } from '@drippulse/http';
import { isRawNumber, type JsonObject, type JsonValue, parseJson } from '@drippulse/json';
import { z } from 'zod';
import type { SourceConfig } from '../config/schemas.ts';
import { unreadable } from '../failure.ts';
import { fetchUrl } from './fetch-url.ts';
import type { Page, ReadRow } from './page.ts';

type Config = Extract<SourceConfig, { type: 'json_url' }>;

const cursorSchema = z.object({
  url: z.string(),
  row: z.number(),
  pages: z.number(),
  etag: z.string().optional(),
  modified: z.string().optional(),
});

const pageBytes = 16 * 1024 * 1024;
const maxPages = 100_000;
const timeoutMs = 60_000;

/**
 * Reads a page of JSON. `position` is the end of the previous reading. If the answer has not changed since (ETag,
 * Last-Modified), the page has no rows. The next page must have the same origin, because the headers are sent to it.
 */
export async function readJsonPage(
  http: HttpClient,
  config: Config,
  o: { cursor: JsonObject | null; position: JsonObject | null },
): Promise<Page & { isUnchanged?: boolean }> {
  const place = o.cursor === null ? { url: config.url, row: 1, pages: 0 } : cursorSchema.parse(o.cursor);
  const former = place.pages === 0 && o.position !== null ? cursorSchema.parse(o.position) : undefined;
  const before = former?.url === config.url ? former : undefined;
  const answer = await fetchUrl(http, {
    url: place.url,
    headers: { accept: 'application/json', ...config.headers, ...conditionsOf(before) },
    maxBytes: pageBytes,
    timeoutMs,
  });
  if (answer.status === 304) {
    return {
      columns: [],
      rows: [],
      cursor: { ...place, ...before },
      isLast: true,
      progress: 1,
      warnings: [],
      isUnchanged: true,
    };
  }
  const body = await readBody(answer.body);
  const items = at(body, config.items_path ?? '');
  if (!Array.isArray(items))
    throw unreadable(
      `There is no array at ${config.items_path ? `items_path ${config.items_path}` : 'the top of the answer'}.`,
    );
  const rows = items.map((item, index) => rowOf(item, place.row + index));
  const next = nextOf(config, answer.headers, body, place.url);
  if (place.pages + 1 > maxPages) throw unreadable(`The source has more than ${maxPages} pages.`);
  const { etag, 'last-modified': modified } = answer.headers;
  const validators = place.pages === 0 ? { ...(etag && { etag }), ...(modified && { modified }) } : validatorsOf(place);
  return {
    columns: [...new Set(rows.flatMap(({ cells }) => Object.keys(cells)))],
    rows,
    cursor: {
      url: next ?? config.url,
      row: place.row + items.length,
      pages: next === undefined ? 0 : place.pages + 1,
      ...validators,
    },
    isLast: next === undefined,
    progress: null,
    warnings: [],
  };
}

function validatorsOf({ etag, modified }: z.output<typeof cursorSchema>) {
  return { ...(etag !== undefined && { etag }), ...(modified !== undefined && { modified }) };
}

function conditionsOf(before: z.output<typeof cursorSchema> | undefined): Record<string, string> {
  if (before?.etag !== undefined) return { 'if-none-match': before.etag };
  return before?.modified === undefined ? {} : { 'if-modified-since': before.modified };
}

async function readBody(body: AsyncIterable<Buffer>): Promise<JsonValue> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  try {
    return parseJson(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)));
  } catch (cause) {
    throw unreadable('The answer is not JSON in UTF-8.', cause);
  }
}

/** Returns the value at a JSON Pointer (RFC 6901). */
function at(value: JsonValue, pointer: string): JsonValue | undefined {
  let found: JsonValue | undefined = value;
  for (const part of pointer.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof found !== 'object' || found === null || isRawNumber(found)) return undefined;
    found = Array.isArray(found) ? found[Number(name)] : Object.hasOwn(found, name) ? found[name] : undefined;
  }
  return found;
}

function nextOf(
  config: Config,
  headers: Readonly<Record<string, string>>,
  body: JsonValue,
  current: string,
): string | undefined {
  const given = config.next_path === undefined ? linkOf(headers['link'] ?? '') : at(body, config.next_path);
  if (given === undefined || given === null || given === '') return undefined;
  const url = typeof given === 'string' ? URL.parse(given, current) : null;
  if (url === null) throw unreadable('The next page is not a URL.');
  if (url.origin !== new URL(config.url).origin)
    throw unreadable(`The next page is at ${url.host}, another host: the headers of the source are not sent there.`);
  if (url.href === current) throw unreadable('The next page is the page itself.');
  return url.href;
}

/** Returns the URL of `rel="next"` in a Link header (RFC 8288). */
function linkOf(header: string): string | undefined {
  const link = header.split(/,\s*(?=<)/).find((part) => /;\s*rel="?([^";]*\s)?next(\s[^";]*)?"?\s*(;|$)/i.test(part));
  return link === undefined ? undefined : /^\s*<([^>]*)>/.exec(link)?.[1];
}

const maxDepth = 5;

/** Makes a row. The members of objects become columns such as `address.city`. Lists stay lists. */
function rowOf(item: JsonValue, row: number): ReadRow {
  if (!isObject(item)) return { row, cells: {}, problem: 'is not an object' };
  return { row, cells: flatten(item, '', 0) };
}

function flatten(object: JsonObject, prefix: string, depth: number): JsonObject {
  const cells: JsonObject = {};
  for (const [name, value] of Object.entries(object)) {
    if (isObject(value) && depth < maxDepth) Object.assign(cells, flatten(value, `${prefix}${name}.`, depth + 1));
    else cells[`${prefix}${name}`] = value;
  }
  return cells;
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawNumber(value);
}
