import { createYielder } from '@drippulse/loops';
import PDFDocument from 'pdfkit';
import type { Cell, Column, Page, Table } from '../../tables/table.ts';
import { drawChart, readBars } from './chart.ts';
import { type Area, drawText, measureOf } from './draw-text.ts';
import { fontFiles } from './fonts.ts';
import { wrap } from './lines.ts';
import { columnWidths, drawRow, type Grid } from './rows.ts';

type Document = InstanceType<typeof PDFDocument>;

const margin = 40;
const mostRows = 1_000;
/** Number of drawn cells after which the event loop serves other work of the process. */
const cellsAtOnce = 40;

/** The facts about a report that are shown above the table. */
export type Heading = { period: string; asOf: Date; timezone: string };

/**
 * Renders a table as a tagged PDF: a title, a chart if the table has one, and the table's first 1,000 rows. The same
 * table gives the same bytes.
 */
export async function pdfOf(
  { title, columns, pages, chart }: Table,
  { heading, onPage }: { heading: Heading; onPage(page: Page): Promise<void> },
): Promise<Buffer> {
  const { rows, count } = await firstRows(pages, onPage);
  const document = new PDFDocument({
    size: 'A4',
    layout: columns.length > 6 ? 'landscape' : 'portrait',
    margin,
    bufferPages: true,
    tagged: true,
    pdfVersion: '1.7',
    lang: 'en',
    displayTitle: true,
    info: { Title: title, Producer: 'DripPulse', Creator: 'DripPulse', CreationDate: heading.asOf },
  });
  const bytes = collect(document);
  for (const [name, { path, face }] of Object.entries(fontFiles)) document.registerFont(name, path, face);
  const root = document.struct('Document');
  document.addStructure(root);
  drawHeading(document, root, title, heading);
  const bars = chart === undefined ? [] : readBars(rows, columns, chart);
  if (bars.length > 0) drawChart(document, root, { bars, title: chartTitle(columns, chart) });
  await drawTable(document, root, columns, rows);
  drawNote(document, root, count === 0 ? 'There is nothing in this period.' : noteOf(count));
  root.end();
  drawPageNumbers(document);
  document.end();
  return bytes;
}

async function firstRows(
  pages: AsyncIterable<Page>,
  onPage: (page: Page) => Promise<void>,
): Promise<{ rows: (readonly Cell[])[]; count: number }> {
  const rows: (readonly Cell[])[] = [];
  let count = 0;
  for await (const page of pages) {
    await onPage(page);
    count += page.rows.length;
    rows.push(...page.rows.slice(0, mostRows - rows.length));
  }
  return { rows, count };
}

function collect(document: Document): Promise<Buffer> {
  const pieces: Buffer[] = [];
  return new Promise((resolve, reject) => {
    document.on('data', (piece: Buffer) => pieces.push(piece));
    document.on('end', () => resolve(Buffer.concat(pieces)));
    document.on('error', reject);
  });
}

function drawHeading(document: Document, root: Structure, title: string, { period, asOf, timezone }: Heading): void {
  const lines = [
    { tag: 'H1', text: title, size: 20, color: '#111827' },
    { tag: 'P', text: `${period} (${timezone})`, size: 10, color: '#374151' },
    { tag: 'P', text: `As of ${asOf.toISOString().slice(0, 16).replace('T', ' ')} UTC`, size: 10, color: '#374151' },
  ];
  for (const { tag, text, size, color } of lines) drawLine(document, root, { tag, text, size, color });
  document.y += 10;
}

function drawNote(document: Document, root: Structure, text: string | undefined): void {
  if (text === undefined) return;
  const area = areaOf(document);
  if (document.y + 30 > area.bottom) document.addPage();
  document.y += 8;
  drawLine(document, root, { tag: 'P', text, size: 9, color: '#374151' });
}

/** Draws the number of each page. It is not content, so screen readers skip it. */
function drawPageNumbers(document: Document): void {
  const { start, count } = document.bufferedPageRange();
  const { left, width } = areaOf(document);
  for (let index = 0; index < count; index += 1) {
    document.switchToPage(start + index);
    document.markContent('Artifact', { type: 'Pagination' });
    const place = { x: left, y: document.page.height - 28, width, size: 8, color: '#374151', align: 'right' } as const;
    drawText(document, { text: `Page ${index + 1} of ${count}`, direction: 'ltr' }, place);
    document.endMarkedContent();
  }
}

function noteOf(count: number): string | undefined {
  return count > mostRows
    ? `These are the first ${mostRows} of ${count} rows. The formats CSV and JSON have all of them.`
    : undefined;
}

type Structure = ReturnType<Document['struct']>;

function drawLine(
  document: Document,
  root: Structure,
  { tag, text, size, color }: { tag: string; text: string; size: number; color: string },
): void {
  const { left, width } = areaOf(document);
  const measure = measureOf(document, size);
  for (const line of wrap(text, { width, most: 2, measure })) {
    const y = document.y;
    root.add(
      document.struct(tag as 'P', {}, () =>
        drawText(document, line, { x: left, y, width, size, color, align: 'left' }),
      ), // the types lack tags such as 'H1'
    );
    document.y = y + size * 1.4;
  }
}

async function drawTable(
  document: Document,
  root: Structure,
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
): Promise<void> {
  const area = areaOf(document);
  const grid: Grid = { columns, widths: await columnWidths(document, columns, rows, area.width), left: area.left };
  const table = document.struct('Table');
  root.add(table);
  const head = columns.map(({ label }) => label);
  drawRow(document, table, grid, { cells: head, isHead: true, bottom: area.bottom });
  const yieldAfter = createYielder(cellsAtOnce);
  for (const cells of rows) {
    await yieldAfter(cells.length);
    if (!drawRow(document, table, grid, { cells, isHead: false, bottom: area.bottom })) {
      document.addPage();
      drawRow(document, table, grid, { cells: head, isHead: true, bottom: area.bottom });
      drawRow(document, table, grid, { cells, isHead: false, bottom: area.bottom });
    }
  }
  table.end();
}

function areaOf({ page }: Document): Area {
  return { left: margin, width: page.width - 2 * margin, bottom: page.height - margin };
}

function chartTitle(columns: readonly Column[], chart: Table['chart']): string {
  const labelOf = (name: string | undefined) => columns.find((column) => column.name === name)?.label ?? '';
  return `${labelOf(chart?.value)} by ${labelOf(chart?.label).toLowerCase()}`;
}
