import type { Violation } from '@drippulse/errors';
import { isRawNumber, type JsonObject, type JsonValue, parseJson, stringifyJson } from '@drippulse/json';
import type { RecordRow, Value, Values } from '../records/collection.ts';
import type { Mergeable } from './mergeable.ts';

const customPrefix = 'custom.';

/** The record that provides the value of each field that the request names. */
export type Choices<Row> = ReadonlyMap<string, Row>;

/** Reads the choices of a request. Returns the chosen record of each field, and violations for invalid choices. */
export function readChoices<Row extends RecordRow>(
  { fields }: Pick<Mergeable<Row>, 'fields'>,
  rows: readonly Row[],
  wanted: Readonly<Record<string, string>>,
): { choices: Choices<Row>; problems: Violation[] } {
  const choices = new Map<string, Row>();
  const problems: Violation[] = [];
  for (const [name, id] of Object.entries(wanted)) {
    const row = rows.find((one) => isNamed(one, id));
    const isKnown = Object.hasOwn(fields, name) || (name.startsWith(customPrefix) && name !== customPrefix);
    if (!isKnown)
      problems.push({ field: `fields.${name}`, message: 'is not a field that a merge decides', code: 'not_found' });
    else if (row === undefined)
      problems.push({ field: `fields.${name}`, message: 'must be the id of one of these', code: 'not_allowed' });
    else choices.set(name, row);
  }
  return { choices, problems };
}

export function isNamed(row: RecordRow, id: string): boolean {
  return row.public_id === id || row.id === id.toLowerCase();
}

/**
 * Returns the columns that the survivor takes over. A chosen value is taken even if it is empty. Otherwise, a column
 * that is empty in the survivor gets the value of the first merged record that has one.
 */
export function chooseValues<Row extends RecordRow>(
  { fields, carried }: Pick<Mergeable<Row>, 'fields' | 'carried'>,
  survivor: Row,
  merged: readonly Row[],
  choices: Choices<Row>,
): Values {
  const values: Record<string, Value> = {};
  for (const { columns, implies } of Object.values(carried)) {
    const from = isEmpty(survivor, columns[0]) ? merged.find((row) => !isEmpty(row, columns[0])) : undefined;
    if (from !== undefined) Object.assign(values, pick(from, columns), implies);
  }
  for (const [name, columns] of Object.entries(fields)) {
    const chosen = choices.get(name);
    const fallback = isEmpty(survivor, columns[0]) ? merged.find((row) => !isEmpty(row, columns[0])) : undefined;
    const from = chosen ?? fallback;
    if (from !== undefined) Object.assign(values, pick(from, columns));
  }
  return { ...values, custom: chooseCustom(survivor, merged, choices) };
}

function chooseCustom<Row extends RecordRow>(survivor: Row, merged: readonly Row[], choices: Choices<Row>): string {
  const members = new Map(Object.entries(membersOf(survivor.custom)));
  for (const row of merged) {
    for (const [key, value] of Object.entries(membersOf(row.custom))) {
      if (isNothing(members.get(key) ?? null) && !isNothing(value)) members.set(key, value);
    }
  }
  for (const [name, row] of choices) {
    if (!name.startsWith(customPrefix)) continue;
    const key = name.slice(customPrefix.length);
    const own = membersOf(row.custom);
    const value = Object.hasOwn(own, key) ? own[key] : undefined;
    if (value === undefined) members.delete(key);
    else members.set(key, value);
  }
  return stringifyJson(Object.fromEntries(members));
}

export function membersOf(custom: string): JsonObject {
  const value = parseJson(custom);
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawNumber(value);
  return isObject ? value : {};
}

function isEmpty(row: RecordRow, column: string): boolean {
  const values: Values = { ...row };
  return isNothing(values[column] ?? null);
}

function isNothing(value: Value | JsonValue): boolean {
  return value === null || value === '';
}

function pick(row: RecordRow, columns: readonly string[]): Values {
  const values: Values = { ...row };
  return Object.fromEntries(columns.map((column) => [column, values[column] ?? null]));
}
