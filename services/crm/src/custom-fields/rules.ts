import type { Violation } from '@drippulse/errors';
import { checkJsonText, dangerousKeys, isRawNumber, type JsonValue, parseJson, parseTimestamp } from '@drippulse/json';
import type { CustomFieldRow } from './rows.ts';

const maxOptions = 200;
const maxLabelLength = 255;
const maxTextLength = 10_000;

/** Whether a key may name a custom field in a definition or a form. */
export function isFieldKey(key: string): boolean {
  return /^[a-z][a-z0-9_]{0,63}$/.test(key) && !dangerousKeys.has(key);
}

/** Returns the violations of a field definition. */
export function checkField(field: { key: string; label: string; type: string; options: readonly string[] }) {
  const violations: Violation[] = [];
  if (!isFieldKey(field.key)) {
    const message =
      'must be a lower-case letter, then lower-case letters, digits and _, at most 64, and not constructor or prototype';
    violations.push({ field: 'key', message, code: 'format' });
  }
  if (field.label.trim() === '') violations.push({ field: 'label', message: 'must not be empty', code: 'required' });
  if (field.label.length > maxLabelLength) {
    violations.push({ field: 'label', message: `must be at most ${maxLabelLength} characters long`, code: 'length' });
  }
  return [...violations, ...checkOptions(field.type, field.options)];
}

function checkOptions(type: string, options: readonly string[]): Violation[] {
  const isWrong = type === 'select' ? options.length === 0 || options.length > maxOptions : options.length > 0;
  if (!isWrong) return [];
  const message = type === 'select' ? `must be 1 to ${maxOptions}` : 'are only for fields of type select';
  return [{ field: 'options', message, code: type === 'select' ? 'length' : 'not_allowed' }];
}

/**
 * Returns the violations of a `custom` object from any source before it is stored. Keys and strings follow the rules of
 * free-form JSON; members without a field definition may have any value. Null counts as absent.
 */
export function checkCustom(fields: readonly CustomFieldRow[], custom: string): Violation[] {
  const unstorable = checkJsonText(custom, ['custom']);
  if (unstorable.length > 0) return unstorable;
  const members = parseJson(custom);
  if (typeof members !== 'object' || members === null || Array.isArray(members) || isRawNumber(members)) return [];
  return fields.flatMap((field) => {
    const value = Object.hasOwn(members, field.key) ? (members[field.key] ?? null) : null;
    const problem = value === null ? missing(field) : problemOf(field, value);
    return problem === undefined ? [] : [{ field: `custom.${field.key}`, ...problem }];
  });
}

type Problem = Omit<Violation, 'field'>;

function missing({ required }: CustomFieldRow): Problem | undefined {
  return required ? { message: 'is required', code: 'required' } : undefined;
}

function problemOf({ type, options }: CustomFieldRow, value: JsonValue): Problem | undefined {
  switch (type) {
    case 'number':
      return typeof value === 'number' || isRawNumber(value)
        ? undefined
        : { message: 'must be a number', code: 'type' };
    case 'boolean':
      return typeof value === 'boolean' ? undefined : { message: 'must be true or false', code: 'type' };
    case 'date':
      return typeof value === 'string' && isDate(value)
        ? undefined
        : { message: 'must be a date or a time of RFC 3339', code: 'format' };
    case 'select':
      return typeof value === 'string' && options.includes(value)
        ? undefined
        : { message: `must be one of ${options.join(', ')}`, code: 'enum', allowed: [...options] };
    default:
      return typeof value === 'string' && value.length <= maxTextLength
        ? undefined
        : { message: `must be a string of at most ${maxTextLength} characters`, code: 'length' };
  }
}

function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return parseTimestamp(text) !== undefined;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}
