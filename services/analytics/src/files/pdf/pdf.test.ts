import { expect, test } from '@jest/globals';
import { getDocument, OPS } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { type Cell, number, type Page, text } from '../../tables/table.ts';
import { pdfOf } from './pdf.ts';

const heading = { period: '2026-10-28 to 2026-11-27', asOf: new Date('2026-11-27T10:00:00Z'), timezone: 'UTC' };

function make(rows: Cell[][], chart = { label: 'name', value: 'amount' }): Promise<Buffer> {
  async function* pages(): AsyncGenerator<Page> {
    yield { rows, done: 1 };
  }
  const columns = [text('name', 'Name'), text('stage', 'Stage'), number('amount', 'Amount')];
  return pdfOf({ title: 'Pipeline', columns, pages: pages(), chart }, { heading, onPage: async () => undefined });
}

/** Reads the text of a document by page, in drawing order, and the roles of the document's structure. */
async function read(bytes: Buffer): Promise<{ pages: string[]; roles: Set<string> }> {
  const loading = getDocument({ data: new Uint8Array(bytes), verbosity: 0 });
  const document = await loading.promise;
  const pages: string[] = [];
  const roles = new Set<string>();
  for (let index = 1; index <= document.numPages; index += 1) {
    const page = await document.getPage(index);
    const { items } = await page.getTextContent();
    pages.push(items.map((item) => ('str' in item ? item.str : '')).join('|'));
    collectRoles(await page.getStructTree(), roles);
  }
  await loading.destroy();
  return { pages, roles };
}

function collectRoles(node: unknown, roles: Set<string>): void {
  if (typeof node !== 'object' || node === null) return;
  if ('role' in node && typeof node.role === 'string') roles.add(node.role);
  if ('children' in node && Array.isArray(node.children)) for (const child of node.children) collectRoles(child, roles);
}

const names = ['Acme, 40 seats', '張偉科技有限公司', 'カナ株式会社', '한국전력', 'ÅÄÖ Ελληνικά Кириллица', 'a\u202Eb'];

test('a document of 60 rows has every text, a head on each page, and tags for readers of screens', async () => {
  const rows = Array.from({ length: 60 }, (_, index): Cell[] => [
    names[index % names.length] ?? '',
    `s${index}`,
    1_234_567n,
  ]);
  const { pages, roles } = await read(await make(rows));
  const all = pages.join('|');
  for (const name of names.slice(0, -1)) expect(all).toContain(name);
  // Characters that would reverse the text are not drawn.
  expect(all).toContain('ab');
  for (let index = 0; index < 60; index += 1) expect(all).toContain(`s${index}`);
  expect(all).toContain('1,234,567');
  expect(all).toContain('Pipeline');
  expect(pages.length).toBeGreaterThan(1);
  for (const [index, page] of pages.entries()) {
    expect(page).toContain('Stage');
    expect(page).toContain(`Page ${index + 1} of ${pages.length}`);
  }
  expect([...roles]).toEqual(expect.arrayContaining(['Document', 'H1', 'Figure', 'Table', 'TR', 'TH', 'TD']));
});

test('Hebrew and Arabic are there in their letters, and digits in them read from the left', async () => {
  const { pages } = await read(
    await make([
      ['שלום 123', 'x', 1],
      ['شركة', 'y', 2],
    ]),
  );
  const all = pages.join('|');
  const hebrew = [...'שלום'];
  expect([hebrew.join(''), hebrew.reverse().join('')].some((word) => all.includes(word))).toBe(true);
  expect(all).toContain('123');
});

test('a name without end takes three lines and ends in an ellipsis', async () => {
  const [long, whole] = ['word '.repeat(400), 'Donaudampfschiff'.repeat(60)];
  const { pages } = await read(
    await make([
      [long, 'x', 1],
      [whole, 'y', 2],
    ]),
  );
  expect(pages).toHaveLength(1);
  // The table has two ellipses. The shortened labels of the chart have more.
  expect(pages[0]?.split('…').length).toBeGreaterThanOrEqual(3);
});

test('an empty report says so, has its head and no chart', async () => {
  const { pages, roles } = await read(await make([]));
  expect(pages).toHaveLength(1);
  expect(pages[0]).toContain('There is nothing in this period.');
  expect(pages[0]).toContain('Stage');
  expect(roles.has('Figure')).toBe(false);
});

test('bars below zero stay above the table', async () => {
  const bytes = await make([
    ['won', 'x', 10],
    ['given back', 'y', -30],
  ]);
  const loading = getDocument({ data: new Uint8Array(bytes), verbosity: 0 });
  const page = await (await loading.promise).getPage(1);
  const { fnArray, argsArray } = await page.getOperatorList();
  const boxes = argsArray
    .filter((args, index) => fnArray[index] === OPS.constructPath && args[0] === OPS.fill)
    .map(([, , [, top, , bottom]]) => ({ top, bottom }));
  await loading.destroy();
  const [won, back, head] = boxes;
  if (won === undefined || back === undefined || head === undefined) throw new Error('there are fewer than 3 boxes');
  expect(won.bottom).toBeCloseTo(back.top);
  expect((back.bottom - back.top) / (won.bottom - won.top)).toBeCloseTo(3);
  expect(back.bottom).toBeLessThan(head.top);
});

test('the same table gives the same bytes', async () => {
  const rows = names.map((name, index): Cell[] => [name, `s${index}`, index]);
  expect((await make(rows)).equals(await make(rows))).toBe(true);
});

test('the first 1,000 rows are drawn of more, and the document says so', async () => {
  const rows = Array.from({ length: 1_003 }, (_, index): Cell[] => ['n', `row${index}`, index]);
  const all = (await read(await make(rows))).pages.join('|');
  expect(all).toContain('row999');
  expect(all).not.toContain('row1000');
  expect(all).toContain('These are the first 1000 of 1003 rows.');
});
