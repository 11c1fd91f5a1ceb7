/**
 * Characters that show nothing, or reorder the characters next to them: control and format characters (including
 * bidirectional ones, zero-width ones and tags), line and paragraph separators, private and unassigned characters, and
 * characters that fonts leave out (variation selectors, fillers). With these characters, a reader could see a name that
 * differs from the real one.
 */
const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}\p{Default_Ignorable_Code_Point}]/gu;

/** Returns the text on one line, with invisible and reordering characters as escapes such as `\u{202e}`. */
export function visibleText(text: string): string {
  return text
    .replaceAll(/[\t\r\n]+/g, ' ')
    .toWellFormed()
    .replaceAll(invisible, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}
