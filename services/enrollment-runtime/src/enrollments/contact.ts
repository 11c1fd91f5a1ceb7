import { isRawNumber, type JsonObject, type JsonValue, parseJson } from '@drippulse/json';

/** A contact to enroll: its JSON text as it came, and what lists show and filter on. */
export type NewEnrollment = {
  contact: string;
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
export function readContact(text: string): NewEnrollment {
  const contact = parseObject(text);
  return {
    contact: text,
    leadRef: leadRefOf(contact),
    email: textOf(contact['email']),
    firstName: textOf(contact['first_name']),
    lastName: textOf(contact['last_name']),
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
 * What `q` looks in: each value on a line of its own, in lower case, so that a pattern can ask for the beginning of a
 * value, and the whole name on a further one.
 */
export function searchTextOf({
  email,
  firstName,
  lastName,
}: Pick<NewEnrollment, 'email' | 'firstName' | 'lastName'>): string | null {
  const name = firstName !== null && lastName !== null ? `${firstName} ${lastName}` : null;
  const values = [email, firstName, lastName, name].filter((value) => value !== null);
  if (values.length === 0) return null;
  return values.map((value) => `\n${value.slice(0, searchedLength).toLowerCase().replaceAll('\n', ' ')}`).join('');
}
