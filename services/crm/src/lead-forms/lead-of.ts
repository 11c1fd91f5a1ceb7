import type { Violation } from '@drippulse/errors';
import { type JsonObject, type JsonValue, parseJson, stringifyJson } from '@drippulse/json';
import type { CustomFieldRow } from '../custom-fields/rows.ts';
import type { Values } from '../records/collection.ts';
import type { FormField } from './fields.ts';

const columns = ['email', 'first_name', 'last_name', 'company_name', 'title', 'phone'];

/** Returns the violations of a visitor's values. */
export function checkValues(fields: readonly FormField[], values: ReadonlyMap<string, string>): Violation[] {
  return fields.flatMap(({ name, type, required, options }): Violation[] => {
    const value = (values.get(name) ?? '').trim();
    const isEmpty = type === 'checkbox' ? !isTicked(value) : value === '';
    if (isEmpty) return required ? [{ field: name, message: 'is required', code: 'required' }] : [];
    if (type === 'select' && !options.includes(value)) {
      return [{ field: name, message: `must be one of ${options.join(', ')}`, code: 'enum', allowed: [...options] }];
    }
    return [];
  });
}

/** Returns the columns of a submission's lead. Values without a field in the form are dropped. */
export function leadOf(
  fields: readonly FormField[],
  values: ReadonlyMap<string, string>,
  definitions: readonly Pick<CustomFieldRow, 'key' | 'type'>[],
): Values {
  const lead: Record<string, string | null> = Object.fromEntries(columns.map((column) => [column, null]));
  const custom: JsonObject = {};
  for (const { name, type } of fields) {
    const value = (values.get(name) ?? '').trim();
    const key = /^custom\.(.+)$/.exec(name)?.[1];
    if (key === undefined) lead[name] = value === '' ? null : value;
    else if (type === 'checkbox') custom[key] = isTicked(value);
    else if (value !== '') custom[key] = customValue(definitions.find((field) => field.key === key)?.type, value);
  }
  return { ...lead, status: 'new', custom: stringifyJson(custom) };
}

/** Converts the value of a custom field. Forms send strings, but custom fields may need a number or a boolean. */
function customValue(type: string | undefined, value: string): JsonValue {
  if (type === 'number' && /^-?(0|[1-9]\d*)(\.\d+)?$/.test(value)) return parseJson(value);
  if (type === 'boolean') return isTicked(value);
  return value;
}

/** Whether a checkbox is ticked. Browsers send `on`, API clients `true` or `1`. */
function isTicked(value: string): boolean {
  return /^(on|true|1|yes)$/i.test(value.trim());
}
