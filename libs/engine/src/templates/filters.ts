import { filters as builtIn, type FilterImplOptions, type Liquid } from 'liquidjs';
import { weigh } from '../meter.ts';
import { parseInstant } from '../time/instants.ts';
import { dateUnits } from './date-units.ts';
import { contextOf, type RenderContext } from './render-context.ts';
import { searchFilters } from './search-filters.ts';

/** The type of `this` in a filter or an output. */
export type FilterThis = ThisParameterType<Handler>;
type Handler = Extract<FilterImplOptions, (...args: never[]) => unknown>;

/** Meter units charged by a filter for each unit of its input's and arguments' size. */
const cheap = 1;
const usual = 4;
const costly = 8;

/**
 * The filters of templates, grouped by their cost. No filter is random, evaluates text as an expression or reads the
 * clock.
 */
const allowed: ReadonlyMap<number, readonly string[]> = new Map([
  [
    cheap,
    [
      ...['append', 'prepend', 'capitalize', 'downcase', 'upcase', 'strip', 'lstrip', 'rstrip', 'truncate', 'default'],
      ...['size', 'first', 'last', 'slice', 'reverse', 'compact', 'concat', 'join', 'to_integer', 'strip_newlines'],
      ...['plus', 'minus', 'times', 'divided_by', 'modulo', 'round', 'ceil', 'floor', 'abs', 'at_least', 'at_most'],
      ...['replace', 'replace_first', 'replace_last', 'remove', 'remove_first', 'remove_last', 'split'],
    ],
  ],
  [
    usual,
    [
      ...['strip_html', 'newline_to_br', 'escape', 'url_encode', 'url_decode', 'uri_escape', 'truncatewords', 'uniq'],
      ...['json', 'base64_encode', 'base64_decode', 'map', 'sum', 'sort', 'sort_natural'],
    ],
  ],
  [costly, ['escape_once', 'slugify']],
]);

/** Meter units charged for each call of a filter. */
const callUnits = 32;
/** Additional units for each element whose property a filter reads. */
const propertyUnits = 64;
/** Maximum number of characters of a property's name. The name is read once for each element. */
const longestProperty = 255;

/** Charges the additional work of a filter that does more than read its input once. */
type Extra = (context: RenderContext, value: unknown, args: readonly unknown[]) => void;

const extras: Readonly<Record<string, Extra>> = {
  map: chargeProperty,
  sum: chargeProperty,
  sort: chargeSorting,
  sort_natural: chargeSorting,
  json: chargeIndents,
};

/** Replaces the filters of a Liquid engine with the filters that templates may use. */
export function useFilters(liquid: Liquid): void {
  for (const name of Object.keys(liquid.filters)) delete liquid.filters[name];
  for (const [cost, names] of allowed) {
    for (const name of names) register(liquid, name, searchFilters[name] ?? handlerOf(name), cost);
  }
  register(liquid, 'date', date, usual);
  liquid.registerFilter('raw', {
    raw: true,
    handler(value: unknown) {
      return write(this, asText(this, value));
    },
  });
}

/** Registers a filter that is charged before it runs: for the call, and for everything in its input and arguments. */
function register(liquid: Liquid, name: string, filter: Handler, cost: number): void {
  const extra = extras[name];
  liquid.registerFilter(name, function (value, ...args) {
    const context = contextOf(this.context);
    context.charge(callUnits);
    context.chargeReading(value, cost);
    for (const arg of args) context.chargeReading(arg, cost);
    extra?.(context, value, args);
    return filter.apply(this, [value, ...args]);
  });
}

/** Charges the length of a written value to the step's meter, and returns the value. */
export function write(filter: FilterThis, text: string): string {
  contextOf(filter.context).charge(text.length);
  return text;
}

/** Returns a value as text: objects and arrays as JSON, a missing value as empty text. */
export function asText(filter: FilterThis, value: unknown): string {
  return textIn(contextOf(filter.context), value);
}

/**
 * Returns a value as text in a context: objects and arrays as JSON, a missing value as empty text. Charges an object or
 * array before it is written as JSON.
 */
export function textIn(context: RenderContext, value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'object') return String(value);
  context.chargeReading(value);
  return JSON.stringify(value);
}

function chargeProperty(context: RenderContext, value: unknown, [property]: readonly unknown[]): void {
  if (property === undefined || property === null) return;
  const length = weigh(property, longestProperty);
  if (length > longestProperty) throw new Error(`a property has at most ${longestProperty} characters`);
  context.charge(lengthOf(value) * (propertyUnits + length));
}

/** Charges a sort, which compares each element about log₂ n times. */
function chargeSorting(context: RenderContext, value: unknown, args: readonly unknown[]): void {
  chargeProperty(context, value, args);
  const comparisons = Math.ceil(Math.log2(lengthOf(value) + 1));
  if (comparisons > 0) context.chargeReading(value, comparisons);
}

/** Charges for indented JSON, which has an indent for each value, as deep as the value's level. */
function chargeIndents(context: RenderContext, value: unknown, [space]: readonly unknown[]): void {
  if (typeof value === 'object' && space) context.charge(indentsOf(value, 10));
}

/**
 * Counts the characters of the indents inside a value. Reading the value here is safe, because each member was already
 * charged to the step.
 */
function indentsOf(value: unknown, width: number): number {
  if (typeof value !== 'object' || value === null) return 0;
  let units = 0;
  for (const member of Object.values(value)) units += width + indentsOf(member, width + 10);
  return units;
}

function lengthOf(value: unknown): number {
  return Array.isArray(value) ? value.length : 1;
}

const formatDate = handlerOf('date');

/** Liquid's `date` in the time zone of the run. `now` is the time at which the step runs. */
function date(this: FilterThis, value: unknown, format: unknown, timezone: unknown): unknown {
  const context = contextOf(this.context);
  const { scope } = context;
  context.charge(dateUnits(format));
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
