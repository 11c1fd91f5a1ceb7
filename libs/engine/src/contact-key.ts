import type { JsonObject, JsonValue } from '@drippulse/json';

/**
 * Returns the key that identifies a contact across enrollments: its lead_ref, else its email in lower case, else
 * `fallback`. Ignores surrounding spaces.
 */
export function contactKeyOf(contact: JsonObject, fallback: string): string {
  return textOf(contact['lead_ref']) ?? textOf(contact['email'])?.toLowerCase() ?? fallback;
}

function textOf(value: JsonValue | undefined): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? value.trim() || undefined : undefined;
}
