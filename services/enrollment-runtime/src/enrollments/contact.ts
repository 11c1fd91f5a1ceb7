import { isRawNumber, type JsonObject, type JsonValue, parseJson } from '@drippulse/json';

/** A contact: its JSON text as it came, its fields, and what lists show and filter on. */
type Contact = {
  text: string;
  fields: JsonObject;
  leadRef: string | null;
  email: string | null;
  firstName: string | null;
  lastName: string | null;
};

/** The first present of them becomes the `lead_ref`. */
const referenceKeys = ['lead_ref', 'id', 'uuid', 'public_id', 'crm_id', 'lead_id'] as const;

/** Longer values are found by their beginning only: an address has at most 254 characters. */
const searchedLength = 254;

/** Reads the text of a JSON object. */
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

/** The fields of a contact, numbers with every digit. */
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

/** An empty string counts as absent. */
function textOf(value: JsonValue | undefined): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value : null;
}

/**
 * What `q` looks in, in lower case: each value begins a line, so that a pattern can ask for its beginning. The first name is
 * followed by the last one, which has a line of its own besides.
 */
export function searchTextOf({
  email,
  firstName,
  lastName,
}: Pick<Contact, 'email' | 'firstName' | 'lastName'>): string | null {
  const name = firstName === null || lastName === null ? firstName : `${firstName} ${lastName}`;
  const values = [email, name, lastName].filter((value) => value !== null);
  if (values.length === 0) return null;
  return values.map((value) => `\n${value.slice(0, searchedLength).toLowerCase().replaceAll('\n', ' ')}`).join('');
}
