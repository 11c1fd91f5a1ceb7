import { edited, type View } from './view.ts';

/**
 * Pairs of units that are treated as equal, because forms write a space as a plus, base64 has two alphabets, and a line
 * end may appear as the letter of its escape.
 */
const sameUnits: Readonly<Record<string, string>> = {
  ...{ '+': ' ', '-': ' ', _: '/' },
  ...{ '\b': 'b', '\f': 'f', '\n': 'n', '\r': 'r', '\t': 't' },
};

/**
 * Returns the view in a form for comparison. UTF-16 units that may replace each other are made equal. Backslashes are
 * dropped, because escaping adds and removes them.
 */
export function fold(view: View): View {
  const edits = Array.from(view.text.matchAll(/\\+/g), ({ 0: { length }, index }) => ({ at: index, length, by: '' }));
  const bare = edited(view, edits);
  return { ...bare, text: bare.text.replace(/[+\-_\b\f\n\r\t]/g, (unit) => sameUnits[unit] ?? unit) };
}
