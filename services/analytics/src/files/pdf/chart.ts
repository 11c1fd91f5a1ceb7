import type PDFDocument from 'pdfkit';
import type { Cell, Column, Table } from '../../tables/table.ts';
import { drawText, measureOf } from './draw-text.ts';
import { wrap } from './lines.ts';

type Document = InstanceType<typeof PDFDocument>;
type Structure = ReturnType<Document['struct']>;

export type Bar = { label: string; value: number };

const margin = 40;
const height = 110;
const mostBars = 60;
const labelSize = 7;
/** Space between two labels. */
const gap = 6;

/** Computes the bars of a chart: the sum of the values of each label, for the first 60 labels in their order. */
export function readBars(
  rows: readonly (readonly Cell[])[],
  columns: readonly Column[],
  { label, value }: NonNullable<Table['chart']>,
): Bar[] {
  const [labels, values] = [label, value].map((name) => columns.findIndex((column) => column.name === name));
  const sums = new Map<string, number>();
  for (const row of rows) {
    const key = row[labels ?? -1];
    if (key === null || key === undefined) continue;
    sums.set(String(key), (sums.get(String(key)) ?? 0) + Number(row[values ?? -1] ?? 0));
  }
  const bars = [...sums].map(([name, sum]) => ({ label: name, value: sum }));
  return bars.some((bar) => bar.value !== 0) ? bars.slice(0, mostBars) : [];
}

/** Draws bars as paths, in one figure with an alternative text. A negative sum hangs below the zero line. */
export function drawChart(document: Document, root: Structure, { bars, title }: { bars: Bar[]; title: string }): void {
  const width = document.page.width - 2 * margin;
  const top = document.y;
  const values = bars.map(({ value }) => value);
  const highest = Math.max(0, ...values);
  const scale = height / (highest - Math.min(0, ...values));
  const step = width / Math.max(bars.length, 8);
  const alt = `${title}: ${bars.map(({ label, value }) => `${label} ${value}`).join(', ')}`;
  root.add(
    document.struct('Figure', { alt }, () => {
      const line = { x: margin, width, size: 9, color: '#374151', align: 'left' } as const;
      const text = `${title}, highest ${Math.max(...values).toLocaleString('en-US')}`;
      drawText(document, { text, direction: 'ltr' }, { ...line, y: top });
      const zero = top + 16 + highest * scale;
      for (const [index, { value }] of bars.entries()) {
        const tall = value * scale;
        document.rect(margin + index * step + step * 0.12, zero - tall, step * 0.76, tall).fill('#2563eb');
      }
      document
        .moveTo(margin, zero)
        .lineTo(margin + width, zero)
        .lineWidth(0.5)
        .stroke('#9ca3af');
      drawLabels(document, bars, { top: top + 16 + height, step });
    }),
  );
  document.y = top + 16 + height + 28;
}

/** Draws as many of the labels as fit. */
function drawLabels(document: Document, bars: readonly Bar[], { top, step }: { top: number; step: number }): void {
  const every = Math.ceil(48 / step);
  const measure = measureOf(document, labelSize);
  for (const [index, { label }] of bars.entries()) {
    if (index % every !== 0) continue;
    const room = Math.min(step * every, (bars.length - index) * step + 2);
    if (room < step * every && room < 40) continue;
    const place = { x: margin + index * step, width: room - gap, size: labelSize, color: '#374151' };
    for (const [line, text] of wrap(label, { width: place.width, most: 2, measure }).entries()) {
      drawText(document, text, { ...place, width: 0, align: 'left', y: top + 3 + line * 9 });
    }
  }
}
