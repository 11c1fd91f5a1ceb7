import type { JsonValue } from '@drippulse/json';
import { filters, Liquid, type LiquidOptions } from 'liquidjs';
import { parseInstant } from '../time/instants.ts';
import { RenderContext } from './render-context.ts';

/** No loops and nothing that reads another template: what a template costs is bounded by its length and the data. */
const allowedTags = new Set(['if', 'unless', 'case', 'assign', 'capture', 'comment', 'raw', '#']);

/** Nothing random, nothing that evaluates text as an expression, nothing that reads the clock. */
const allowedFilters = new Set([
  ...['append', 'prepend', 'capitalize', 'downcase', 'upcase', 'strip', 'lstrip', 'rstrip', 'strip_newlines'],
  ...['strip_html', 'newline_to_br', 'escape', 'escape_once', 'url_encode', 'url_decode', 'uri_escape', 'slugify'],
  ...['replace', 'replace_first', 'replace_last', 'remove', 'remove_first', 'remove_last', 'truncate', 'truncatewords'],
  ...[
    'split',
    'join',
    'slice',
    'size',
    'first',
    'last',
    'reverse',
    'sort',
    'sort_natural',
    'uniq',
    'compact',
    'concat',
  ],
  ...['map', 'where', 'sum', 'default', 'json', 'base64_encode', 'base64_decode', 'to_integer'],
  ...['plus', 'minus', 'times', 'divided_by', 'modulo', 'round', 'ceil', 'floor', 'abs', 'at_least', 'at_most'],
]);

const noFiles: LiquidOptions['fs'] = {
  existsSync: () => false,
  exists: async () => false,
  readFileSync: refuse,
  readFile: async () => refuse(),
  resolve: (_directory, file) => file,
  contains: async () => false,
  containsSync: () => false,
};

const limits = {
  /** Characters of one template. */
  parseLimit: 256 * 1024,
  /** Milliseconds; a net below the other limits, which do not depend on the clock. */
  renderLimit: 5_000,
  /** Characters that the templates of one step may make in all. */
  memoryLimit: 2 * 1024 * 1024,
};

/** Renders text and JSON: values stay as they are. */
export const textLiquid = createLiquid((text) => text);
/** Renders HTML: values are escaped unless the template says `| raw`. */
export const htmlLiquid = createLiquid(escapeHtml);

type FilterThis = { context: unknown };

const formatDate = builtIn('date');

function createLiquid(encode: (text: string) => string): Liquid {
  const liquid = new Liquid({
    ...limits,
    ownPropertyOnly: true,
    strictFilters: true,
    fs: noFiles,
    relativeReference: false,
    dynamicPartials: false,
    locale: 'en-US',
    timezoneOffset: 'UTC',
    outputEscape(this: FilterThis, value: unknown) {
      return write(this, encode(asText(value)));
    },
  });
  for (const tag of Object.keys(liquid.tags)) if (!allowedTags.has(tag)) delete liquid.tags[tag];
  for (const filter of Object.keys(liquid.filters)) if (!allowedFilters.has(filter)) delete liquid.filters[filter];
  liquid.registerFilter('raw', {
    raw: true,
    handler(value: unknown) {
      return write(this, asText(value));
    },
  });
  liquid.registerFilter('date', function (value: JsonValue, format?: string, timezone?: string) {
    const { scope } = contextOf(this);
    const zone = timezone ?? scope.timezone;
    const ms = value === 'now' || value === 'today' ? scope.now : parseInstant(value, zone);
    return ms === undefined ? value : formatDate.call(this, ms / 1000, format, zone);
  });
  return liquid;
}

function contextOf(filter: FilterThis): RenderContext {
  if (filter.context instanceof RenderContext) return filter.context;
  throw new Error('templates are rendered in a RenderContext');
}

/** Counts what is written: without loops a template is short, but each of its outputs may be long. */
function write(filter: FilterThis, text: string): string {
  contextOf(filter).memoryLimit.use(text.length);
  return text;
}

function asText(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

function builtIn(name: string) {
  const filter = filters[name];
  if (typeof filter !== 'function') throw new Error(`liquidjs has no filter ${name}`);
  return filter;
}

function refuse(): never {
  throw new Error('templates read no files');
}
