import { formats } from './formats.ts';
import { formsOf } from './known-forms.ts';
import { namedInText } from './names.ts';

const redacted = '[redacted]';
const shortestPrefix = 6;
/** A request with more secrets than this is no request of a sensible step. Its answer is not worth the search. */
const most = { secrets: 25, characters: 20 * 1024 };

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
 * JSON stays JSON. Of a truncated text the end may be the beginning of a known secret, and is replaced too. With more
 * than 25 secrets, or 20 Ki characters of them, nothing of the text is kept.
 */
export function redact(text: string, known: readonly string[] = [], isTruncated = false): string {
  if (text === '') return text;
  if (isTooMuch(known)) return redacted;
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

function isTooMuch(known: readonly string[]): boolean {
  return known.length > most.secrets || known.reduce((sum, secret) => sum + secret.length, 0) > most.characters;
}

function withoutPrefixAtEnd(text: string, form: string): string {
  // Most forms do not even begin there.
  if (!text.includes(form.slice(0, shortestPrefix), text.length - form.length)) return text;
  const length = overlap(text, form);
  return length < shortestPrefix ? text : `${text.slice(0, -length)}${redacted}`;
}

/** The length of the longest end of `text` that `form` begins with, in one pass over both (Knuth, Morris and Pratt). */
function overlap(text: string, form: string): number {
  const borders = [0];
  const next = (matched: number, letter: string | undefined): number => {
    let length = matched;
    while (length > 0 && form[length] !== letter) length = borders[length - 1] ?? 0;
    return form[length] === letter ? length + 1 : length;
  };
  for (let at = 1; at < form.length; at += 1) borders.push(next(borders[at - 1] ?? 0, form[at]));
  let matched = 0;
  for (let at = Math.max(0, text.length - form.length + 1); at < text.length; at += 1)
    matched = next(matched, text[at]);
  return matched;
}
