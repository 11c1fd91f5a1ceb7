import bidiFactory from 'bidi-js';

/** The fonts of a document, by their names in the document. */
export type FontName = 'sans' | 'cjk';

/** A run of text with one font and one direction, in logical order. */
export type Run = { text: string; font: FontName; level: number };

// At run time, Node loads the CommonJS file of the package, which exports the function itself. The types describe the
// ES module.
const bidi = (bidiFactory as unknown as typeof bidiFactory.default)();
const east =
  /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Bopomofo}\u3000-\u303F\uFF00-\uFFEF]/u;
/** Matches strings whose characters have one font and one direction. Most strings match. */
const plain = /^[ -~]*$/;
/**
 * Matches invisible characters, and characters that reorder their neighbours. Tabs and line ends are replaced by spaces
 * beforehand.
 */
const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cn}]/gu;

/** Puts a string on one line, and removes characters that a font cannot show or that could mislead a reader. */
export function oneLine(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[\t\r\n]+/g, ' ')
    .replaceAll(invisible, '');
}

/**
 * Returns the runs of a line in drawing order, from left to right (Unicode Bidirectional Algorithm). The font itself
 * draws the glyphs of an Arabic or Hebrew run from right to left.
 */
export function runsOf(line: string): Run[] {
  if (plain.test(line)) return line === '' ? [] : [{ text: line, font: 'sans', level: 0 }];
  const { levels } = bidi.getEmbeddingLevels(line, 'auto');
  const runs: Run[] = [];
  let index = 0;
  for (const character of line) {
    const level = levels[index] ?? 0;
    const font: FontName = east.test(character) ? 'cjk' : 'sans';
    const shown = level % 2 === 1 ? (bidi.getMirroredCharacter(character) ?? character) : character;
    const last = runs.at(-1);
    if (last !== undefined && last.font === font && last.level === level) last.text += shown;
    else runs.push({ text: shown, font, level });
    index += character.length;
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

/** Whether a line as a whole is read from right to left. */
export function isRightToLeft(line: string): boolean {
  return !plain.test(line) && bidi.getEmbeddingLevels(line, 'auto').paragraphs[0]?.level === 1;
}
