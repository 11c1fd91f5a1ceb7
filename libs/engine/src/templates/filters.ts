import { filters as builtIn, type FilterImplOptions, type Liquid } from 'liquidjs';
import { parseInstant } from '../time/instants.ts';
import { RenderContext } from './render-context.ts';

/** The filters of templates. None is random, evaluates text as an expression or reads the clock. */
const allowed = [
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
  ...['map', 'sum', 'default', 'json', 'base64_encode', 'base64_decode', 'to_integer'],
  ...['plus', 'minus', 'times', 'divided_by', 'modulo', 'round', 'ceil', 'floor', 'abs', 'at_least', 'at_most'],
];

type Handler = Extract<FilterImplOptions, (...args: never[]) => unknown>;
/** The `this` of a filter or an output. */
export type FilterThis = ThisParameterType<Handler>;

/** Replaces the filters of a Liquid engine by those that templates may use. */
export function useFilters(liquid: Liquid): void {
  for (const name of Object.keys(liquid.filters)) delete liquid.filters[name];
  for (const name of allowed) liquid.registerFilter(name, metered(handlerOf(name)));
  liquid.registerFilter('date', metered(date));
  liquid.registerFilter('raw', {
    raw: true,
    handler(value: unknown) {
      return write(this, asText(value));
    },
  });
}

/** Writes a value out, and charges its length to the step's allowance. */
export function write(filter: FilterThis, text: string): string {
  contextOf(filter).charge(text);
  return text;
}

/** A value as text: objects and arrays as JSON, a missing value as empty text. */
export function asText(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Charges a filter's input to the allowance. Liquid itself charges for some filters only, and a chain of filters costs. */
function metered(filter: Handler): Handler {
  return function (value, ...args) {
    contextOf(this).charge(value);
    return filter.apply(this, [value, ...args]);
  };
}

const formatDate = handlerOf('date');

/** Liquid's `date` in the time zone of the run. `now` is the time at which the step runs. */
function date(this: FilterThis, value: unknown, format: unknown, timezone: unknown): unknown {
  const { scope } = contextOf(this);
  const zone = typeof timezone === 'string' ? timezone : scope.timezone;
  const isNow = value === 'now' || value === 'today';
  const ms = isNow ? scope.now : parseInstant(value, zone);
  return ms === undefined ? value : formatDate.call(this, ms / 1000, format, zone);
}

function handlerOf(name: string): Handler {
  const filter = builtIn[name];
  if (typeof filter !== 'function') throw new Error(`liquidjs has no filter ${name}`);
  return filter;
}

function contextOf(filter: FilterThis): RenderContext {
  if (filter.context instanceof RenderContext) return filter.context;
  throw new Error('templates are rendered in a RenderContext');
}
