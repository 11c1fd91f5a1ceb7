import { fileURLToPath } from 'node:url';
import { type Font, openSync } from 'fontkit';

/** The fonts of a document, by their names in the document. */
export type FontName = 'sans' | 'cjk';

const fileOf = (name: string) => fileURLToPath(new URL(`../fonts/${name}`, import.meta.url));

/** The files of the fonts. `face` is the name of one font in a file with several. */
export const fontFiles: Readonly<Record<FontName, { path: string; face?: string }>> = {
  sans: { path: fileOf('DejaVuSans.ttf') },
  cjk: { path: fileOf('wqy-microhei.ttc'), face: 'WenQuanYiMicroHei' },
};

const fonts: Readonly<Record<FontName, Font>> = { sans: open('sans'), cjk: open('cjk') };

/** Whether a font can draw a character. */
export function hasGlyph(name: FontName, character: string): boolean {
  return fonts[name].hasGlyphForCodePoint(character.codePointAt(0) ?? 0);
}

function open(name: FontName): Font {
  const { path, face } = fontFiles[name];
  const font = openSync(path, face);
  if ('fonts' in font) throw new Error(`${path} has several fonts, and none is named`);
  return font;
}
