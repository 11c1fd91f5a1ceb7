import { readBackslash } from './canonical.ts';
import { asItStands, type Edit, edited, type Span, type View } from './view.ts';

/** A string (without its quotes) or a number of a JSON text, and the name of its member. */
export type JsonValue = Span & { kind: 'name' | 'string' | 'number'; name?: Span };

/** Matches a string with its end quote, if it has one; a number; the start of a word; blanks and brackets; a colon. */
const token = /"([^"\\]*(?:\\[\s\S]?[^"\\]*)*)"?|-?\d[\d.eE+-]*|[a-z]{1,5}|[\s{}[\],]+|:/gy;
const words = ['true', 'false', 'null'];

/**
 * Reads the strings and numbers of a JSON text, which may be cut off at any place; undefined for text that is not JSON.
 * Brackets need not match, because only the strings and their names must be certain.
 */
export function readJson(text: string): JsonValue[] | undefined {
  const values: JsonValue[] = [];
  let name: Span | undefined;
  let end = 0;
  for (const [whole, content] of text.matchAll(token)) {
    const from = end;
    end += whole.length;
    const first = whole[0] ?? '';
    if (first === ':') {
      const last = values.at(-1);
      if (last?.kind !== 'string') return undefined;
      last.kind = 'name';
      name = last;
      continue;
    }
    if (content !== undefined) values.push(makeValue('string', from + 1, content.length, name));
    else if (/[-\d]/.test(first)) values.push(makeValue('number', from, whole.length, name));
    else if (/[a-z]/.test(first) && !isWord(whole, end === text.length)) return undefined;
    // There may be blanks between a name and its value.
    if (whole.trim() !== '') name = undefined;
  }
  return end === text.length ? values : undefined;
}

function makeValue(kind: JsonValue['kind'], from: number, length: number, name: Span | undefined): JsonValue {
  return { kind, from, to: from + length, ...(name && { name }) };
}

function isWord(text: string, isCut: boolean): boolean {
  return words.some((word) => word === text || (isCut && word.startsWith(text)));
}

/**
 * A separator of two strings. It consists of a unit that no text contains, and a quote, at which every credential ends.
 */
const separator = '\uffff"';

/** Returns the unescaped strings and names of a JSON text, separated from each other. */
export function readStrings(text: string, values: readonly JsonValue[]): View {
  const gaps: Edit[] = [];
  let end = 0;
  for (const { kind, from, to } of values) {
    if (kind === 'number') continue;
    gaps.push({ at: end, length: from - end, by: separator, isGap: true });
    end = to;
  }
  if (end < text.length) gaps.push({ at: end, length: text.length - end, by: separator, isGap: true });
  const strings = edited(asItStands(text), gaps);
  const escapes = strings.text.matchAll(/\\(?:u[0-9a-f]{4}|[^u\uffff])/gi);
  return edited(
    strings,
    Array.from(escapes, ({ 0: written, index }) => ({ at: index, length: written.length, by: readBackslash(written) })),
  );
}
