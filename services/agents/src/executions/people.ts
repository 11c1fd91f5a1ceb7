import type { JsonValue } from '@drippulse/json';
import { isJsonObject } from '../json-objects.ts';

/** Members that refer to a record, as in the contacts of enrollments. */
const references = new Set([
  'lead_ref',
  'id',
  'uuid',
  'public_id',
  'crm_id',
  'lead_id',
  'contact_id',
  'contact_public_id',
]);
const mostNames = 100;
const longest = 320;

/**
 * Finds the identifiers of people anywhere in an input, for erasures: email addresses in lower case, and ids of
 * records.
 */
export function peopleIn(value: JsonValue): string[] {
  const found = new Set<string>();
  collect(value, undefined, found);
  return [...found];
}

function collect(value: JsonValue, name: string | undefined, found: Set<string>): void {
  if (found.size >= mostNames) return;
  if (Array.isArray(value)) {
    for (const item of value) collect(item, name, found);
  } else if (isJsonObject(value)) {
    for (const [member, inner] of Object.entries(value)) collect(inner, member, found);
  } else if (typeof value === 'string') {
    // A step may have cut text within a surrogate pair, and PostgreSQL does not store half a pair.
    const text = value.trim().toWellFormed();
    if (text.length === 0 || text.length > longest) return;
    if (/^[^\s@]+@[^\s@]+$/.test(text)) found.add(text.toLowerCase());
    else if (name !== undefined && references.has(name)) found.add(text);
  }
}
