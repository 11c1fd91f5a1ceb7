import type { JsonObject, JsonValue } from '@drippulse/json';
import { objectOf, textOf } from '../answers/reading.ts';

export type CrmStepKind = 'crm_create_lead' | 'crm_update_record' | 'crm_create_activity' | 'crm_move_opportunity';

/** The name of an action and its payload, or why there is none. */
export type Choice = { name: string; payload: JsonObject } | { refused: string };

/** Fields by our names, as their names in the payload. A name that is absent has no counterpart. */
export type FieldNames = Readonly<Record<string, string>>;

/**
 * Renames fields, and adds the custom ones under their own names. Refuses a field without a counterpart, rather than
 * losing it: the customer names the right one in `custom`.
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

/** An amount in cents as one in whole units; null clears. */
export function unitsOf(cents: JsonValue | undefined): JsonValue | undefined {
  if (cents === undefined || cents === null) return cents;
  const amount = Number(textOf(cents));
  return Number.isFinite(amount) ? amount / 100 : cents;
}

/** The day of a timestamp, in its own zone; null clears. */
export function dayOf(at: JsonValue | undefined): JsonValue | undefined {
  const text = textOf(at);
  return text === undefined ? at : text.slice(0, 10);
}
