import type PDFDocument from 'pdfkit';
import { type Line, type Measure, widthOf } from './lines.ts';
import { runsOf } from './runs.ts';

type Document = InstanceType<typeof PDFDocument>;

/** The area of a page for content. */
export type Area = { left: number; width: number; bottom: number };

/** Position and style of a line. `y` is its top. */
export type Placement = {
  x: number;
  y: number;
  width: number;
  size: number;
  color: string;
  align: 'left' | 'right';
};

/**
 * With an empty list of features, a run is shaped as a whole. Otherwise each word is shaped separately, which puts
 * Hebrew words in the wrong order.
 */
const whole: PDFKit.Mixins.TextOptions = { features: [], lineBreak: false };

const widths = new WeakMap<Document, Map<string, number>>();

/**
 * Returns a function that measures text. Shaping takes most of the time of a document, so each text is measured once.
 */
export function measureOf(document: Document, size: number): Measure {
  const known = widths.get(document) ?? new Map<string, number>();
  widths.set(document, known);
  return (text, font) => {
    const key = `${font} ${text}`;
    const width = known.get(key) ?? document.font(font).fontSize(1_000).widthOfString(text, { features: [] });
    known.set(key, width);
    return (width * size) / 1_000;
  };
}

/** Draws one line. Right-to-left text is aligned to the right. */
export function drawText(document: Document, line: Line, { x, y, width, size, color, align }: Placement): void {
  const isRight = align === 'right' || (width > 0 && line.direction === 'rtl');
  const measure = measureOf(document, size);
  let left = isRight ? x + width - widthOf(line.text, measure) : x;
  for (const { text, font } of runsOf(line.text, line.direction)) {
    document
      .font(font)
      .fontSize(size)
      .fillColor(color)
      .text(text, left, y, { ...whole, baseline: -size });
    left += measure(text, font);
  }
}
