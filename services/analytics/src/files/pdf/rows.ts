import { createYielder } from '@drippulse/loops';
import type PDFDocument from 'pdfkit';
import type { Cell, Column } from '../../tables/table.ts';
import { drawText, measureOf } from './draw-text.ts';
import { widthOf, wrap } from './lines.ts';
import { oneLine } from './runs.ts';

type Document = InstanceType<typeof PDFDocument>;
type Structure = ReturnType<Document['struct']>;

export type Grid = { columns: readonly Column[]; widths: readonly number[]; left: number };

const size = 8;
const lineHeight = 11;
const padding = 4;
const mostLines = 3;
const narrowest = 34;
const widest = 260;
/** Number of rows whose content determines the widths of columns. */
const looked = 200;
/** Matches a time in the format of the sources. A page has no room for the seconds. */
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const digits = /\B(?=(\d{3})+(?!\d))/g;

/** Number of measured cells after which the event loop serves other work of the process. */
const cellsAtOnce = 40;

/** Returns the widths of columns by their content. The widths add up to the width of the page. */
export async function columnWidths(
  document: Document,
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  width: number,
): Promise<number[]> {
  const measure = measureOf(document, size);
  const measured = (text: string) => widthOf(oneLine(text), measure);
  const most = columns.map(({ label }) => measured(label));
  const yieldAfter = createYielder(cellsAtOnce);
  for (const row of rows.slice(0, looked)) {
    for (const [index, column] of columns.entries()) {
      most[index] = Math.max(most[index] ?? 0, measured(shownCell(row[index] ?? null, column)));
    }
    await yieldAfter(columns.length);
  }
  return shared(
    most.map((one) => Math.min(widest, Math.max(narrowest, one + 2 * padding))),
    width,
  );
}

/**
 * Fits widths to the width of the page. If the columns are too wide together, narrow columns keep their widths, and
 * wide columns share the rest.
 */
function shared(wanted: readonly number[], width: number): number[] {
  const all = wanted.reduce((sum, one) => sum + one, 0);
  if (all <= width) return wanted.map((one) => (one / all) * width);
  let most = width;
  const widthAt = (cap: number) => wanted.reduce((sum, one) => sum + Math.min(one, cap), 0);
  while (widthAt(most) > width) most *= 0.98;
  return wanted.map((one) => Math.min(one, most));
}

/** Draws a row below the previous row. If it does not fit on the page, draws nothing and returns false. */
export function drawRow(
  document: Document,
  table: Structure,
  { columns, widths, left }: Grid,
  { cells, isHead, bottom }: { cells: readonly Cell[]; isHead: boolean; bottom: number },
): boolean {
  const measure = measureOf(document, size);
  const texts = columns.map((column, index) => {
    const text = isHead ? String(cells[index] ?? '') : shownCell(cells[index] ?? null, column);
    return wrap(text, { width: (widths[index] ?? 0) - 2 * padding, most: mostLines, measure });
  });
  const height = Math.max(1, ...texts.map((lines) => lines.length)) * lineHeight + padding;
  const top = document.y;
  if (top + height > bottom) return false;
  if (isHead) shade(document, { left, top, width: widths.reduce((sum, one) => sum + one, 0), height });
  const row = document.struct('TR');
  table.add(row);
  let x = left;
  for (const [index, lines] of texts.entries()) {
    const width = (widths[index] ?? 0) - 2 * padding;
    const align = columns[index]?.kind === 'number' ? 'right' : 'left';
    const place = { x: x + padding, width, size, color: '#111827', align } as const;
    row.add(
      document.struct(isHead ? 'TH' : 'TD', {}, () => {
        for (const [line, text] of lines.entries()) {
          drawText(document, text, { ...place, y: top + padding / 2 + line * lineHeight });
        }
      }),
    );
    x += widths[index] ?? 0;
  }
  row.end();
  document.y = top + height;
  return true;
}

/** Draws a shaded background. It is not content, so screen readers skip it. */
function shade(
  document: Document,
  { left, top, width, height }: { left: number; top: number; width: number; height: number },
): void {
  document.markContent('Artifact', { type: 'Layout' });
  document.rect(left, top, width, height).fill('#e5e7eb');
  document.endMarkedContent();
}

/** Formats a cell. Counts get thousands separators, and ids do not. A cell without a value is empty. */
function shownCell(cell: Cell, { kind, name }: Column): string {
  if (cell === null) return '';
  if (typeof cell === 'string' && instant.test(cell)) return `${cell.slice(0, 10)} ${cell.slice(11, 16)}Z`;
  if (kind !== 'number' || name.endsWith('_id')) return String(cell);
  const [whole = '', fraction] = String(cell).split('.');
  return whole.replaceAll(digits, ',') + (fraction === undefined ? '' : `.${fraction}`);
}
