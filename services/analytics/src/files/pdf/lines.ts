import type { FontName } from './fonts.ts';
import { type Direction, directionOf, graphemes, oneLine, runsOf } from './runs.ts';

const ellipsis = '…';
const segments = new Intl.Segmenter(undefined, { granularity: 'word' });

/** Measures the width of a string in one of the document's fonts. */
export type Measure = (text: string, font: FontName) => number;

/** A line of text, with the direction of the whole text. */
export type Line = { text: string; direction: Direction };

export function widthOf(line: string, measure: Measure): number {
  return runsOf(line, 'ltr').reduce((sum, { text, font }) => sum + measure(text, font), 0);
}

/**
 * Wraps a string into a limited number of lines of the given width. If the string does not fit, it ends in an ellipsis.
 */
export function wrap(text: string, limits: { width: number; most: number; measure: Measure }): Line[] {
  const whole = oneLine(text).trim();
  const direction = directionOf(whole);
  return linesOf(whole, limits).map((line) => ({ text: line, direction }));
}

function linesOf(text: string, { width, most, measure }: { width: number; most: number; measure: Measure }): string[] {
  const lines: string[] = [];
  let [line, used] = ['', 0];
  for (const part of partsOf(text, width, measure)) {
    // Words are measured one by one, because measuring a growing line again for each word would take quadratic time.
    // The neighbors of a word hardly change its width.
    const partWidth = widthOf(part, measure);
    const fits = used + (part.trim() === '' ? 0 : partWidth) <= width;
    if (line !== '' && !fits) {
      lines.push(line.trim());
      if (lines.length === most) return [...lines.slice(0, -1), shortened(lines.at(-1) ?? '', width, measure)];
      [line, used] = ['', 0];
    }
    line += part;
    used += partWidth;
  }
  return line.trim() === '' ? lines : [...lines, line.trim()];
}

/** Yields the words of a string. Splits a word that is wider than a line into its characters. */
function* partsOf(text: string, width: number, measure: Measure): Generator<string> {
  for (const { segment } of segments.segment(text)) {
    if (widthOf(segment, measure) <= width) yield segment;
    else for (const character of graphemes.segment(segment)) yield character.segment;
  }
}

function shortened(line: string, width: number, measure: Measure): string {
  const left = Array.from(graphemes.segment(line), ({ segment }) => segment);
  let used = left.reduce((sum, character) => sum + widthOf(character, measure), widthOf(ellipsis, measure));
  while (left.length > 0 && used > width) used -= widthOf(left.pop() ?? '', measure);
  return left.join('').trimEnd() + ellipsis;
}
