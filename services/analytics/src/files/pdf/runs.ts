import bidiFactory from 'bidi-js';
import { type FontName, hasGlyph } from './fonts.ts';

export type Direction = 'ltr' | 'rtl';

/** A run of text with one font and one direction, in logical order. */
export type Run = { text: string; font: FontName; level: number };

// The cast is needed because the types describe the package's ES module. At run time, Node loads the CommonJS file,
// which exports the function itself.
const bidi = (bidiFactory as unknown as typeof bidiFactory.default)();
const east =
  /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Bopomofo}\u3000-\u303F\uFF00-\uFFEF]/u;
/** Matches strings whose characters have one font and one direction. Most strings match. */
const plain = /^[ -~]*$/;
/**
 * Matches invisible characters, and characters that reorder their neighbors. Tabs and line ends are replaced by spaces
 * beforehand.
 */
const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cn}]/gu;
const letter = /\p{L}/u;
export const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
/** The box that is drawn in place of a character that neither font has. */
const box = '□';

/**
 * Puts a string on one line. Removes characters that could mislead a reader, and replaces characters that neither font
 * has with an empty box.
 */
export function oneLine(text: string): string {
  const line = text.toWellFormed().replaceAll(/[\t\r\n]+/g, ' ');
  if (plain.test(line)) return line;
  return Array.from(graphemes.segment(line), ({ segment }) => shown(segment.replaceAll(invisible, ''))).join('');
}

/**
 * Returns what can be drawn of a grapheme: its base without the marks that no font has, or a box if no font has the
 * base.
 */
function shown(grapheme: string): string {
  const [base, ...marks] = grapheme;
  if (base === undefined) return '';
  return fontOf(base) === undefined ? box : [base, ...marks.filter((mark) => fontOf(mark) !== undefined)].join('');
}

function fontOf(character: string): FontName | undefined {
  const order: FontName[] = east.test(character) ? ['cjk', 'sans'] : ['sans', 'cjk'];
  return order.find((font) => hasGlyph(font, character));
}

/**
 * Returns the runs of a line in drawing order, from left to right (Unicode Bidirectional Algorithm). The direction is
 * that of the whole text of which the line is a part. The font itself draws the glyphs of a run with Arabic or Hebrew
 * letters from right to left. It does not do so for a run of spaces and brackets.
 */
export function runsOf(line: string, direction: Direction): Run[] {
  if (direction === 'ltr' && plain.test(line)) return line === '' ? [] : [{ text: line, font: 'sans', level: 0 }];
  const { levels } = bidi.getEmbeddingLevels(line, direction);
  const runs: Run[] = [];
  let index = 0;
  for (const character of line) {
    const level = levels[index] ?? 0;
    const font = fontOf(character) ?? 'sans';
    const shown = level % 2 === 1 ? (bidi.getMirroredCharacter(character) ?? character) : character;
    const last = runs.at(-1);
    if (last !== undefined && last.font === font && last.level === level) last.text += shown;
    else runs.push({ text: shown, font, level });
    index += character.length;
  }
  for (const run of runs) {
    if (run.level % 2 === 1 && !letter.test(run.text)) run.text = [...run.text].reverse().join('');
  }
  return reordered(runs);
}

/** Applies rule L2: reverses each sequence of runs at or above a level, from the highest level down to 1. */
function reordered(runs: Run[]): Run[] {
  const ordered = [...runs];
  for (let level = Math.max(0, ...runs.map((run) => run.level)); level > 0; level -= 1) {
    for (let start = 0; start < ordered.length; start += 1) {
      let end = start;
      while ((ordered[end]?.level ?? -1) >= level) end += 1;
      if (end > start) ordered.splice(start, end - start, ...ordered.slice(start, end).reverse());
      start = end;
    }
  }
  return ordered;
}

/** Returns the direction of a text, which is that of its first letter with a direction. */
export function directionOf(text: string): Direction {
  return !plain.test(text) && bidi.getEmbeddingLevels(text, 'auto').paragraphs[0]?.level === 1 ? 'rtl' : 'ltr';
}
