import { formats } from './formats.ts';
import { formsOf } from './known-forms.ts';
import { namedInText } from './names.ts';

const redacted = '[redacted]';
const shortestPrefix = 6;

const byForm = new RegExp(Object.values(formats).join('|'), 'g');
const hasForm = new RegExp(byForm.source);
/** A member of JSON stays one: its string, which may be cut at the end of the text, or its number is replaced whole. */
const member = `("[\\w.-]{0,60}(?:${namedInText})"\\s{0,4}:\\s{0,4})`;
const stringMember = new RegExp(`${member}"(?:[^"\\\\]|\\\\.)+"?`, 'gi');
const numberMember = new RegExp(`${member}-?\\d[\\d.eE+-]{3,}`, 'gi');
/** `Authorization: Bearer …`, `password=…`, and members of JSON inside a string. Never half of an escape. */
const scheme = '(?:(?:bearer|basic|token|negotiate|digest|hawk|oauth|aws4-hmac-sha256)\\s{1,4})?';
const named = new RegExp(
  `((?:${namedInText})(?:'|\\\\{1,3}")?\\s{0,4}[:=]\\s{0,4}(?:\\\\{0,3}["'])?${scheme})(?:[^\\s"'\\\\,;&<>]|\\\\[u/][0-9a-f]{0,4}){3,}`,
  'gi',
);

/** Whether a text has the form of a credential of some vendor. */
export function looksLikeCredential(text: string): boolean {
  return hasForm.test(text);
}

/**
 * A text of somebody else with everything replaced that is a credential: the `known` secrets that went out with the
 * request, in every form in which a server may send them back; values named as credentials; and every known format.
 * JSON stays JSON. Of a truncated text the end may be the beginning of a known secret, and is replaced too.
 */
export function redact(text: string, known: readonly string[] = [], isTruncated = false): string {
  if (text === '') return text;
  let safe = text;
  for (const form of formsOf(known)) {
    safe = safe.replaceAll(form, redacted);
    if (isTruncated) safe = withoutPrefixAtEnd(safe, form);
  }
  return safe
    .replace(stringMember, `$1"${redacted}"`)
    .replace(numberMember, `$1"${redacted}"`)
    .replace(named, `$1${redacted}`)
    .replace(byForm, redacted);
}

function withoutPrefixAtEnd(text: string, form: string): string {
  for (let length = Math.min(form.length, text.length); length >= shortestPrefix; length -= 1) {
    if (text.endsWith(form.slice(0, length))) return `${text.slice(0, -length)}${redacted}`;
  }
  return text;
}
