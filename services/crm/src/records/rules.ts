import type { Violation } from '@drippulse/errors';
import { jsonKind } from '@drippulse/json';
import type { Value, Values } from './collection.ts';

/** Checks a value. Returns undefined if it is valid. */
export type Rule = (value: Value) => Omit<Violation, 'field'> | undefined;

const maxCustomBytes = 64 * 1024;
const maxEmailLength = 320;

export function text(maxLength: number): Rule {
  return (value) =>
    typeof value === 'string' && value.length > maxLength
      ? { message: `must be at most ${maxLength} characters long`, code: 'length' }
      : undefined;
}

export function requiredText(maxLength: number): Rule {
  return (value) =>
    typeof value !== 'string' || value.trim() === ''
      ? { message: 'must not be empty', code: 'required' }
      : text(maxLength)(value);
}

export function oneOf(values: readonly string[]): Rule {
  return (value) =>
    typeof value === 'string' && values.includes(value)
      ? undefined
      : { message: `must be one of ${values.join(', ')}`, code: 'enum', allowed: [...values] };
}

export const email: Rule = (value) => {
  if (value === null) return undefined;
  const isAddress =
    typeof value === 'string' && value.length <= maxEmailLength && /^[^\s@<>,;]+@[^\s@<>,;]+$/.test(value);
  return isAddress ? undefined : { message: 'must be a mail address', code: 'format' };
};

export const currency: Rule = (value) =>
  value === null || (typeof value === 'string' && /^[A-Z]{3}$/.test(value))
    ? undefined
    : { message: 'must be three capital letters of ISO 4217', code: 'format' };

export const finite: Rule = (value) =>
  value === null || (typeof value === 'number' && Number.isFinite(value))
    ? undefined
    : { message: 'must be a number', code: 'type' };

const custom: Rule = (value) => {
  if (typeof value !== 'string' || jsonKind(value) !== 'object') {
    return { message: 'must be an object', code: 'type' };
  }
  const isSmall = Buffer.byteLength(value) <= maxCustomBytes;
  return isSmall ? undefined : { message: `must be at most ${maxCustomBytes / 1024} KiB`, code: 'length' };
};

/** Rules of the columns that every record has. */
const commonRules: Readonly<Record<string, Rule>> = { external_system: text(100), external_id: text(255), custom };

/** Returns the violations of a row. */
export function checkRow(rules: Readonly<Record<string, Rule>>, row: Values): Violation[] {
  const violations: Violation[] = [];
  for (const some of [rules, commonRules]) {
    for (const field in some) {
      const problem = some[field]?.(row[field] ?? null);
      if (problem !== undefined) violations.push({ field, ...problem });
    }
  }
  return violations;
}

/**
 * Returns a violation if a person has none of these fields. A deleted record is exempt, because an erased person has
 * none.
 */
export function checkAnyOf(fields: readonly string[], row: Values): Violation[] {
  if (row['deleted_at'] || fields.some((field) => row[field])) return [];
  return [{ field: fields[0] ?? '', message: `or one of ${fields.slice(1).join(', ')} is required`, code: 'required' }];
}
