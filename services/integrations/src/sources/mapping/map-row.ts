import { renderOnce } from '@drippulse/engine';
import { isRawNumber, type JsonObject, type JsonValue, parseJson, stringifyJson } from '@drippulse/json';
import type { Mapping, MappingEntry } from './mapping.ts';
import { findTarget } from './targets.ts';
import { applyTransform, ValueRefusal } from './transforms.ts';

/** One problem of a row. */
export type RowError = { column: string; field: string; code: string; message: string; value?: string };

/** Options for mapping rows to records. */
export type MapOptions = {
  mapping: Mapping;
  /** Name of the records' collection. */
  target: string;
  /** Whether an empty cell clears the record's value instead of keeping it. */
  clearsBlanks: boolean;
  /** Name of the system to which the ids of the rows belong. */
  externalSystem: string;
  /** Current time, for templates. */
  now: Date;
};

/** Maps the cells of a row to the members of a record. */
export function mapRow(cells: JsonObject, o: MapOptions): { fields: JsonObject } | { errors: RowError[] } {
  const fields: JsonObject = {};
  const errors: RowError[] = [];
  for (const entry of o.mapping) {
    try {
      const value = valueFor(cells, entry, o);
      if (value !== null) fields[entry.to] = value;
      else if (o.clearsBlanks) fields[entry.to] = null;
    } catch (error) {
      if (!(error instanceof ValueRefusal)) throw error;
      const text = textOf(cells[entry.from ?? ''] ?? null);
      errors.push({
        column: entry.from ?? '',
        field: entry.to,
        code: 'format',
        message: error.message,
        ...(text !== '' && { value: text.slice(0, 200) }),
      });
    }
  }
  if (errors.length > 0) return { errors };
  if (typeof fields['external_id'] === 'string') fields['external_system'] = o.externalSystem;
  return { fields };
}

/** Returns the value of a mapping entry; null if the row has no value for it. */
function valueFor(cells: JsonObject, entry: MappingEntry, o: MapOptions): JsonValue {
  const given = entry.value === undefined ? cellOf(cells, entry) : render(entry.value, cells, o.now);
  const text = textOf(given);
  if (text.trim() === '') return entry.default ?? null;
  if (entry.transform !== undefined) return fitted(applyTransform(entry.transform, text, entry.to), entry.to, o.target);
  return fitted(typeof given === 'string' ? text.trim() : given, entry.to, o.target);
}

function cellOf(cells: JsonObject, { from, transform }: MappingEntry): JsonValue {
  const names = [...(from === undefined ? [] : [from]), ...(transform?.type === 'first_of' ? transform.columns : [])];
  const filled = names.find((name) => textOf(cells[name] ?? null).trim() !== '');
  return filled === undefined ? null : (cells[filled] ?? null);
}

function render(text: string, row: JsonObject, now: Date): string {
  const rendered = renderOnce({ text }, { data: { row }, now, timezone: 'UTC' });
  if ('problems' in rendered) throw new ValueRefusal(rendered.problems[0]?.message ?? 'could not be rendered');
  return rendered.texts.text ?? '';
}

/**
 * Converts a value to a number for a numeric member, and to a string for any other member. Custom fields keep their
 * type.
 */
function fitted(value: JsonValue, to: string, target: string): JsonValue {
  if (value === '') return null;
  if (to.startsWith('custom.')) return value;
  if (findTarget(target, to)?.isNumber !== true) return typeof value === 'string' ? value : textOf(value);
  // A string that is not a number stays a string, which the rules of the member refuse.
  if (typeof value !== 'string') return value;
  return /^-?(0|[1-9]\d*)(\.\d+)?$/.test(value) ? parseJson(value) : value;
}

/** Converts the value of a cell to a string: JSON for lists and objects, and an empty string for null. */
export function textOf(value: JsonValue): string {
  if (value === null) return '';
  if (typeof value === 'string') return value;
  return isRawNumber(value) ? value.rawJSON : stringifyJson(value);
}
