import { isRawNumber, type JsonValue } from '@drippulse/json';

/**
 * Characters that are invisible or reorder their neighbors: control and format characters (such as bidirectional
 * characters, zero-width characters and tags), line and paragraph separators, private and unassigned characters, and
 * characters that fonts do not draw (variation selectors, fillers). Tabs and line breaks are allowed.
 */
const invisible = /(?![\t\n\r])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}\p{Default_Ignorable_Code_Point}]/gu;

export function hasInvisible(text: string): boolean {
  return text.toWellFormed() !== text || text.search(invisible) >= 0;
}

/** Removes invisible characters, because a model must not read what a person would not see. */
export function stripInvisible(text: string): string {
  return text.toWellFormed().replaceAll(invisible, '');
}

/** Replaces invisible characters with escapes such as `\u{202e}`, for people who decide about the text. */
export function showInvisible(text: string): string {
  return text.toWellFormed().replaceAll(invisible, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

/** Returns a copy of the value in which `change` was applied to every string, including the names of members. */
export function mapTexts(value: JsonValue, change: (text: string) => string): JsonValue {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change));
  if (typeof value !== 'object' || value === null || isRawNumber(value)) return value;
  // The object is built from entries, so that a member named `__proto__` stays a member.
  return Object.fromEntries(
    // members of a JSON object are JSON
    Object.entries(value).map(([name, member]) => [change(name), mapTexts(member as JsonValue, change)]),
  );
}

/** Returns every string in a value, including the names of members. */
export function textsIn(value: JsonValue): string[] {
  const found: string[] = [];
  mapTexts(value, (text) => {
    found.push(text);
    return text;
  });
  return found;
}
