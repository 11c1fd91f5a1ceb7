import { isRawNumber, type JsonObject, type JsonValue, parseJson } from '@drippulse/json';

/** A contact: its JSON text as received, its fields, and the values that lists show and filter by. */
export type Contact = {
  text: string;
  fields: JsonObject;
  leadRef: string | null;
  email: string | null;
  firstName: string | null;
  lastName: string | null;
};

/** The `lead_ref` comes from the first of these keys that has a value. */
const referenceKeys = ['lead_ref', 'id', 'uuid', 'public_id', 'crm_id', 'lead_id'] as const;

/** Reads a contact from the text of a JSON object. */
export function readContact(text: string): Contact {
  const fields = parseObject(text);
  return {
    text,
    fields,
    leadRef: leadRefOf(fields),
    email: textOf(fields['email']),
    firstName: textOf(fields['first_name']),
    lastName: textOf(fields['last_name']),
  };
}

/** Reads the fields of a JSON object. Numbers keep every digit. */
export function parseObject(text: string): JsonObject {
  const value = parseJson(text);
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawNumber(value)
    ? (value as JsonObject)
    : {};
}

function leadRefOf(contact: JsonObject): string | null {
  for (const key of referenceKeys) {
    const value = contact[key];
    const reference = typeof value === 'number' || isRawNumber(value) ? digitsOf(value) : textOf(value);
    if (reference !== null) return reference;
  }
  return null;
}

function digitsOf(value: JsonValue): string {
  return JSON.stringify(value);
}

/** Returns the value as a string. An empty string counts as absent. */
function textOf(value: JsonValue | undefined): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value : null;
}
