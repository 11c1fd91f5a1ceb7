import type PDFDocument from 'pdfkit';
import { type Measure, widthOf } from './lines.ts';
import { isRightToLeft, runsOf } from './runs.ts';

type Document = InstanceType<typeof PDFDocument>;

/** The part of a page that has content. */
export type Area = { left: number; width: number; bottom: number };

/** Where and how a line is drawn. `y` is its top. */
export type Placement = {
  x: number;
  y: number;
  width: number;
  size: number;
  color: string;
  align: 'left' | 'right';
};

/**
 * An empty list of features keeps a run whole: without it the library shapes words one by one, and puts those of Hebrew
 * in the wrong order.
 */
const whole: PDFKit.Mixins.TextOptions = { features: [], lineBreak: false };

const widths = new WeakMap<Document, Map<string, number>>();

/** Measures texts. Shaping takes most of the time of a document, so each text is measured once. */
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

/** Draws one line. A text that reads from right to left stands on the right. */
export function drawText(document: Document, line: string, { x, y, width, size, color, align }: Placement): void {
  const isRight = align === 'right' || (width > 0 && isRightToLeft(line));
  const measure = measureOf(document, size);
  let left = isRight ? x + width - widthOf(line, measure) : x;
  for (const { text, font } of runsOf(line)) {
    document
      .font(font)
      .fontSize(size)
      .fillColor(color)
      .text(text, left, y, { ...whole, baseline: -size });
    left += measure(text, font);
  }
}
