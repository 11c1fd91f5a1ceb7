import { isRawNumber, type JsonValue } from '@drippulse/json';

/**
 * Characters that show nothing or reorder what is beside them: control and format characters (among them bidirectional
 * and zero-width ones and tags), separators of lines and paragraphs, private and unassigned ones, and those that fonts
 * leave out (variation selectors, fillers). Tabs and line breaks stay.
 */
const invisible = /(?![\t\n\r])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}\p{Default_Ignorable_Code_Point}]/gu;

export function hasInvisible(text: string): boolean {
  return text.toWellFormed() !== text || text.search(invisible) >= 0;
}

/** The text without them: what a model reads has nothing that a person would not see. */
export function stripInvisible(text: string): string {
  return text.toWellFormed().replaceAll(invisible, '');
}

/** The text with each of them as an escape such as `\u{202e}`, for people who decide about it. */
export function showInvisible(text: string): string {
  return text.toWellFormed().replaceAll(invisible, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

/** The same value with every text in it changed, names of members too. */
export function mapTexts(value: JsonValue, change: (text: string) => string): JsonValue {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change));
  if (typeof value !== 'object' || value === null || isRawNumber(value)) return value;
  // Of entries, so that a member named __proto__ stays a member.
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [change(name), mapTexts(member as JsonValue, change)]), // members of JSON are JSON
  );
}

/** Every text in a value, names of members too. */
export function textsIn(value: JsonValue): string[] {
  const found: string[] = [];
  mapTexts(value, (text) => {
    found.push(text);
    return text;
  });
  return found;
}
