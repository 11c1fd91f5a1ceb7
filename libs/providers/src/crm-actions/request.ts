import type { JsonObject, JsonValue } from '@drippulse/json';
import { objectOf, textOf } from '../answers/reading.ts';

export type CrmStepKind = 'crm_create_lead' | 'crm_update_record' | 'crm_create_activity' | 'crm_move_opportunity';

/** The name of an action and its payload, or the reason why there is none. */
export type Choice = { name: string; payload: JsonObject } | { refused: string };

/** Names in the payload, by the platform's names of fields. An absent name has no counterpart. */
export type FieldNames = Readonly<Record<string, string>>;

/**
 * Renames fields, and adds custom ones under their own names. Refuses a field without a counterpart instead of dropping
 * it: the customer can name the right one in `custom`.
 */
export function renamed(
  fields: JsonObject,
  names: FieldNames,
  provider: string,
): { values: JsonObject } | { refused: string } {
  const { custom, ...own } = fields;
  const values: JsonObject = { ...objectOf(custom) };
  for (const [name, value] of Object.entries(own)) {
    const target = Object.hasOwn(names, name) ? names[name] : undefined;
    if (target === undefined)
      return {
        refused: `${provider} has no field for ${name}: name the one that you mean in custom, by its name there.`,
      };
    values[target] = value;
  }
  return { values };
}

/** Converts cents to whole units; null clears. */
export function unitsOf(cents: JsonValue | undefined): JsonValue | undefined {
  if (cents === undefined || cents === null) return cents;
  const amount = Number(textOf(cents));
  return Number.isFinite(amount) ? amount / 100 : cents;
}

/** Returns the day of a timestamp, in its own zone; null clears. */
export function dayOf(at: JsonValue | undefined): JsonValue | undefined {
  const text = textOf(at);
  return text === undefined ? at : text.slice(0, 10);
}
