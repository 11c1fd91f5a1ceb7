import type { JsonObject, JsonValue } from '@drippulse/json';
import { objectOf, textOf } from '../answers/reading.ts';

export type CrmStepKind = 'crm_create_lead' | 'crm_update_record' | 'crm_create_activity' | 'crm_move_opportunity';

/** The name of an action and its payload, or the reason why no action is possible. */
export type Choice = { name: string; payload: JsonObject } | { refused: string };

/**
 * Payload names of fields, by the platform's field names. A field without an entry has no counterpart at the provider.
 */
export type FieldNames = Readonly<Record<string, string>>;

/**
 * Renames fields, and adds custom fields under their own names. Refuses a field without a counterpart instead of
 * dropping it, because the customer can name the right field in `custom`.
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

/** Converts cents to whole currency units. Null stays null, which clears the field. */
export function unitsOf(cents: JsonValue | undefined): JsonValue | undefined {
  if (cents === undefined || cents === null) return cents;
  const amount = Number(textOf(cents));
  return Number.isFinite(amount) ? amount / 100 : cents;
}

/** Returns the day of a timestamp, in the timestamp's own offset. Null stays null, which clears the field. */
export function dayOf(at: JsonValue | undefined): JsonValue | undefined {
  const text = textOf(at);
  return text === undefined ? at : text.slice(0, 10);
}
