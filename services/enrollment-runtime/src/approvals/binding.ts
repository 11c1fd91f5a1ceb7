import { hash } from 'node:crypto';
import { isRawNumber, type JsonObject, type JsonValue } from '@drippulse/json';
import canonicalize from 'canonicalize';

/** A preview as canonical JSON (RFC 8785), as it is stored and shown, and the hash by which a decision names it. */
export type Preview = { text: string; binding: string };

/** Decimal numbers of up to 15 digits map to distinct doubles, so two distinct numbers never share a canonical form. */
const exactDigits = 15;

/**
 * Returns the preview with its binding. The bytes shown are the bytes hashed, so nothing can be approved that was not
 * shown. Canonical JSON stores numbers as doubles, so a number that might lose digits as a double becomes a string.
 */
export function bindPreview(preview: JsonObject): Preview {
  const text = canonicalize(exact(preview));
  if (text === undefined) throw new Error('a preview is an object');
  return { text, binding: hash('sha256', text, 'hex') };
}

function exact(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(exact);
  if (isRawNumber(value)) return exactNumber(value.rawJSON);
  if (typeof value !== 'object' || value === null) return typeof value === 'string' ? value.toWellFormed() : value;
  // Built from entries, so that a member named __proto__ stays a member.
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key.toWellFormed(), exact(member)]));
}

function exactNumber(text: string): number | string {
  const digits = text.replace(/e.*$/i, '').replaceAll(/[-.]/g, '').replace(/^0+/, '').replace(/0+$/, '');
  const number = Number(text);
  return digits.length <= exactDigits && Number.isFinite(number) && (number !== 0 || digits === '') ? number : text;
}
