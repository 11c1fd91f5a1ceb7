import { canonical } from './canonical.ts';
import { formats } from './formats.ts';
import { type JsonValue, readJson, readStrings } from './json-values.ts';
import { type FindSecrets, findSecrets } from './known-secrets.ts';
import { namedInText } from './names.ts';
import { asItStands, type Span, type View } from './view.ts';

const redacted = '[redacted]';
/**
 * Maximum numbers of secrets and of their characters. A request with more secrets does not come from a sensible step,
 * and its response is not worth the search.
 */
const most = { secrets: 25, characters: 20 * 1024 };

const byForm = new RegExp(Object.values(formats).join('|'), 'g');
const hasForm = new RegExp(byForm.source);
const isNamed = new RegExp(`^[\\w.-]{0,60}(?:${namedInText})$`, 'i');
const longNumber = /^-?\d[\d.eE+-]{3,}$/;
/** Matches a member of JSON within another text. The end of the text may cut the member's string off. */
const stringMember = new RegExp(`("[\\w.-]{0,60}(?:${namedInText})"\\s{0,4}:\\s{0,4}")(?:[^"\\\\]|\\\\.)+`, 'gi');
/**
 * The scheme before a credential. `named` matches `Authorization: Bearer …`, `password=…`, and members of JSON within
 * another text.
 */
const scheme = '(?:(?:bearer|basic|token|negotiate|digest|hawk|oauth|aws4-hmac-sha256)\\s{1,4})?';
const isNoText = '(?!(?:true|false|null)\\s{0,4}(?:[,}\\]]|$))';
const named = new RegExp(
  `((?:${namedInText})["']?\\s{0,4}[:=]\\s{0,4}["']?${isNoText}${scheme})[^\\s"'\\\\,;&<>]{3,}`,
  'gi',
);

/** Whether a string has the form of a credential of a known vendor. */
export function looksLikeCredential(text: string): boolean {
  return hasForm.test(text);
}

/** A part of the text to replace, and its replacement. */
type Replacement = Span & { by: string };

/**
 * Returns a foreign text with every credential replaced: the `known` secrets of the request, however the server escaped
 * them; values named as credentials; and every known format. JSON is parsed, every string and name in it is searched,
 * and it stays JSON. The end of a truncated text may be the beginning of a known secret, and is then replaced too. With
 * more than 25 secrets, or 20 Ki characters of secrets, the whole text is dropped.
 */
export function redact(text: string, known: readonly string[] = [], isTruncated = false): string {
  if (text === '') return text;
  if (isTooMuch(known)) return redacted;
  const find = findSecrets(known);
  const json = readJson(text);
  const plain = json === undefined ? asItStands(text) : readStrings(text, json);
  const inner = canonical(plain);
  // Both views are searched, because the text before a secret may look like the first half of an escape.
  const found = (inner === plain ? [plain] : [plain, inner]).flatMap((view) => [
    ...find(view, isTruncated),
    ...matchesOf(view, named),
    ...matchesOf(view, byForm),
  ]);
  const members = json === undefined ? matchesOf(plain, stringMember) : [];
  const values = json === undefined ? [] : inJson(text, json, find);
  return replaceAll(text, [...values, ...[...found, ...members].map((span) => ({ ...span, by: redacted }))]);
}

function isTooMuch(known: readonly string[]): boolean {
  return known.length > most.secrets || known.reduce((sum, secret) => sum + secret.length, 0) > most.characters;
}

/**
 * Returns the matches of a global pattern, without the text of its first group. `matchAll` would copy the pattern,
 * which takes longer than most searches.
 */
function matchesOf(view: View, pattern: RegExp): Span[] {
  const spans: Span[] = [];
  pattern.lastIndex = 0;
  for (let match = pattern.exec(view.text); match !== null; match = pattern.exec(view.text)) {
    const { 0: whole, 1: before = '', index } = match;
    spans.push({ from: view.from(index + before.length), to: view.to(index + whole.length - 1) });
  }
  return spans;
}

/**
 * Finds the values that are named as credentials, and the numbers that are known secrets. A number is replaced by a
 * string, so the text stays JSON.
 */
function inJson(text: string, values: readonly JsonValue[], find: FindSecrets): Replacement[] {
  return values.flatMap(({ kind, name, from, to }) => {
    const value = text.slice(from, to);
    const isSecret = name !== undefined && isNamed.test(canonical(asItStands(text.slice(name.from, name.to))).text);
    if (kind === 'number') {
      const isFound = (isSecret && longNumber.test(value)) || find(asItStands(value), to === text.length).length > 0;
      return isFound ? [{ from, to, by: `"${redacted}"` }] : [];
    }
    const isOpen = to === text.length;
    return isSecret && value !== '' ? [{ from, to, by: isOpen ? `${redacted}"` : redacted }] : [];
  });
}

/**
 * Applies replacements. If some overlap, only the one that begins first is applied; if they begin together, only the
 * longest.
 */
function replaceAll(text: string, replacements: readonly Replacement[]): string {
  const pieces: string[] = [];
  let end = 0;
  for (const { from, to, by } of replacements.toSorted((one, other) => one.from - other.from || other.to - one.to)) {
    if (from >= end) pieces.push(text.slice(end, from), by);
    end = Math.max(end, to);
  }
  return [...pieces, text.slice(end)].join('');
}
