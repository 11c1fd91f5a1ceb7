import { type JsonObject, type JsonValue, numberOf, stringifyJson } from '@drippulse/json';
import { canonicalJson, objectOf } from '../json-objects.ts';

/** A condition on an output. The value at `path` must meet every member that is set. */
export type Check = {
  path?: string;
  equals?: JsonValue;
  min?: number;
  max?: number;
  contains?: string;
  not_contains?: string;
  /** An action that the model must have called, or must not have called. */
  calls?: string;
  calls_not?: string;
};

/** The result that a version produced for a case. */
export type Made = {
  outcome: { output: JsonObject } | { error: { code: string; message: string } };
  /** Actions that were called. */
  actions: readonly string[];
};

const mostProblems = 20;
const longestValue = 100;

/** Returns a sentence for each failed check. A failed execution fails every case, even a case without checks. */
export function problemsOf(checks: readonly Check[], { outcome, actions }: Made): string[] {
  if ('error' in outcome) return [`It failed: ${outcome.error.code}`];
  return checks.flatMap((check) => problemsOfCheck(check, outcome.output, actions)).slice(0, mostProblems);
}

function problemsOfCheck(check: Check, output: JsonObject, actions: readonly string[]): string[] {
  const { path, equals, min, max, contains, not_contains: without, calls, calls_not: callsNot } = check;
  const name = path ?? 'The output';
  const value = path === undefined ? output : valueAt(output, path);
  const number = value === undefined ? undefined : numberOf(value);
  const text = textOf(value).toLowerCase();
  return [
    ...problem(equals !== undefined && !isEqual(value, equals), `${name} is not ${shown(equals)}`),
    ...problem(min !== undefined && !(number !== undefined && number >= min), `${name} is not at least ${min}`),
    ...problem(max !== undefined && !(number !== undefined && number <= max), `${name} is not at most ${max}`),
    ...problem(contains !== undefined && !text.includes(contains.toLowerCase()), `${name} lacks ${shown(contains)}`),
    ...problem(without !== undefined && text.includes(without.toLowerCase()), `${name} contains ${shown(without)}`),
    ...problem(calls !== undefined && !actions.includes(calls), `${calls} was not called`),
    ...problem(callsNot !== undefined && actions.includes(callsNot), `${callsNot} was called`),
  ];
}

function problem(isOne: boolean, text: string): string[] {
  return isOne ? [text] : [];
}

/** Returns the member at a path of member names and element numbers. */
function valueAt(output: JsonObject, path: string): JsonValue | undefined {
  let value: JsonValue | undefined = output;
  for (const name of path.split('.')) {
    if (Array.isArray(value)) value = /^\d{1,6}$/.test(name) ? value[Number(name)] : undefined;
    else value = memberOf(objectOf(value), name);
  }
  return value;
}

function memberOf(object: JsonObject | undefined, name: string): JsonValue | undefined {
  return object !== undefined && Object.hasOwn(object, name) ? object[name] : undefined;
}

/** Compares values. Numbers are compared by value, regardless of how their digits are written. */
function isEqual(value: JsonValue | undefined, expected: JsonValue): boolean {
  return value !== undefined && canonicalJson(plain(value)) === canonicalJson(plain(expected));
}

function plain(value: JsonValue): JsonValue {
  return JSON.parse(stringifyJson(value));
}

function textOf(value: JsonValue | undefined): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : stringifyJson(value);
}

function shown(value: JsonValue | undefined): string {
  return stringifyJson(value ?? null).slice(0, longestValue);
}
