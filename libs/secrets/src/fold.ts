import { edited, type View } from './view.ts';

/**
 * Forms write a space as a plus, base64 has two alphabets, and a line end may stand as the letter of its short escape.
 */
const sameUnits: Readonly<Record<string, string>> = {
  ...{ '+': ' ', '-': ' ', _: '/' },
  ...{ '\b': 'b', '\f': 'f', '\n': 'n', '\r': 'r', '\t': 't' },
};

/**
 * The view as texts are compared: units that may stand for each other are one, and backslashes, which come and go,
 * none.
 */
export function fold(view: View): View {
  const edits = Array.from(view.text.matchAll(/\\+/g), ({ 0: { length }, index }) => ({ at: index, length, by: '' }));
  const bare = edited(view, edits);
  return { ...bare, text: bare.text.replace(/[+\-_\b\f\n\r\t]/g, (unit) => sameUnits[unit] ?? unit) };
}
