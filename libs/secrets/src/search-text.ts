/**
 * A string to search for, and its borders: for each prefix of the string, the length of the longest shorter prefix with
 * which that prefix ends.
 */
export type Needle = { text: string; borders: readonly number[] };

export function createNeedle(text: string): Needle {
  const borders = [0];
  for (let at = 1; at < text.length; at += 1) borders.push(longer({ text, borders }, borders[at - 1] ?? 0, text, at));
  return { text, borders };
}

/**
 * Calls `onUnit` for each unit of a string, with the length of the needle's longest prefix that ends at that unit.
 * Starts at the first occurrence of the needle's first `firstUnits` units, which the engine finds faster. Makes one
 * pass, by the method of Knuth, Morris and Pratt.
 */
export function searchText(
  needle: Needle,
  text: string,
  firstUnits: number,
  onUnit: (end: number, matched: number) => void,
): void {
  const start = text.indexOf(needle.text.slice(0, firstUnits));
  if (start < 0) return;
  let matched = 0;
  for (let at = start; at < text.length; at += 1) {
    const whole = matched === needle.text.length;
    matched = longer(needle, whole ? (needle.borders[matched - 1] ?? 0) : matched, text, at);
    onUnit(at + 1, matched);
  }
}

/**
 * Returns the length of the needle's longest prefix that ends at the given unit. `matched` is the length before the
 * unit.
 */
function longer({ text, borders }: Needle, matched: number, other: string, at: number): number {
  const unit = other.charCodeAt(at);
  let length = matched;
  while (length > 0 && text.charCodeAt(length) !== unit) length = borders[length - 1] ?? 0;
  return text.charCodeAt(length) === unit ? length + 1 : length;
}
