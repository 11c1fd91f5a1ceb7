import type { Violation } from '@drippulse/errors';
import { jsonKind } from '@drippulse/json';
import type { Value, Values } from './collection.ts';

/** The problem of a value, as text that follows the name of its field; undefined if there is none. */
export type Rule = (value: Value) => string | undefined;

const maxCustomBytes = 64 * 1024;
const maxEmailLength = 320;

export function text(maxLength: number): Rule {
  return (value) =>
    typeof value === 'string' && value.length > maxLength ? `must be at most ${maxLength} characters long` : undefined;
}

export function requiredText(maxLength: number): Rule {
  return (value) => (typeof value !== 'string' || value.trim() === '' ? 'must not be empty' : text(maxLength)(value));
}

export function oneOf(values: readonly string[]): Rule {
  return (value) =>
    typeof value === 'string' && values.includes(value) ? undefined : `must be one of ${values.join(', ')}`;
}

export const email: Rule = (value) => {
  if (value === null) return undefined;
  const isAddress =
    typeof value === 'string' && value.length <= maxEmailLength && /^[^\s@<>,;]+@[^\s@<>,;]+$/.test(value);
  return isAddress ? undefined : 'must be a mail address';
};

export const currency: Rule = (value) =>
  value === null || (typeof value === 'string' && /^[A-Z]{3}$/.test(value))
    ? undefined
    : 'must be three capital letters of ISO 4217';

export const finite: Rule = (value) =>
  value === null || (typeof value === 'number' && Number.isFinite(value)) ? undefined : 'must be a number';

const custom: Rule = (value) => {
  if (typeof value !== 'string' || jsonKind(value) !== 'object') return 'must be an object';
  return Buffer.byteLength(value) <= maxCustomBytes ? undefined : `must be at most ${maxCustomBytes / 1024} KiB`;
};

/** The rules of the columns that every record has. */
const commonRules: Readonly<Record<string, Rule>> = { external_system: text(100), external_id: text(255), custom };

/** The violations of a row. */
export function checkRow(rules: Readonly<Record<string, Rule>>, row: Values): Violation[] {
  return Object.entries({ ...rules, ...commonRules }).flatMap(([field, rule]) => {
    const message = rule(row[field] ?? null);
    return message === undefined ? [] : [{ field, message }];
  });
}

/** A person needs one of these fields, unless the record is deleted: an erased person has none. */
export function checkAnyOf(fields: readonly string[], row: Values): Violation[] {
  if (row['deleted_at'] || fields.some((field) => row[field])) return [];
  return [{ field: fields[0] ?? '', message: `or one of ${fields.slice(1).join(', ')} is required` }];
}
