import { expect, test } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { number, type Page, type Table, text } from '../tables/table.ts';
import { csvOf } from './csv.ts';
import { jsonOf } from './json.ts';

function tableOf(...rows: [string, number | bigint | null][]): Table {
  async function* pages(): AsyncGenerator<Page> {
    for (const row of rows) yield { rows: [row], done: 1 };
  }
  return { title: 'T', columns: [text('name', 'Name'), number('count', 'Count')], pages: pages() };
}

async function whole(pieces: AsyncIterable<string>): Promise<string> {
  let all = '';
  for await (const piece of pieces) all += piece;
  return all;
}

const onPage = async () => undefined;

test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '＝1', '＋1', '－1', '＠a'])(
  'a text that a spreadsheet would run, %j, begins with an apostrophe in CSV, and is as it was in JSON',
  async (cell) => {
    const rows = parse(await whole(csvOf(tableOf([cell, -5]), { bom: false, onPage })), { relax_quotes: false });
    expect(rows).toEqual([
      ['name', 'count'],
      [`'${cell}`, '-5'],
    ]);
    const heading = { type: 't', from: '', to: '', as_of: '', timezone: 'UTC' };
    const json: { rows: unknown[] } = JSON.parse(await whole(jsonOf(tableOf([cell, -5]), { heading, onPage })));
    expect(json.rows).toEqual([{ name: cell, count: -5 }]);
  },
);

test('cells come back from CSV as they were, whatever they have in them', async () => {
  const cells = ['a,b', 'a"b', 'a\r\nb', 'a\nb', ' a ', '', '張偉', 'שלום', "it's"];
  const csv = await whole(
    csvOf(tableOf(...cells.map((cell): [string, bigint] => [cell, 2n ** 60n])), { bom: true, onPage }),
  );
  expect(csv.startsWith('\uFEFFname,count\r\n')).toBe(true);
  const rows: string[][] = parse(csv, { bom: true });
  expect(rows.slice(1)).toEqual(cells.map((cell) => [cell, '1152921504606846976']));
});

test('counts that a double cannot have are texts in JSON, and nothing is null', async () => {
  const heading = { type: 't', from: '', to: '', as_of: '', timezone: 'UTC' };
  const all = await whole(jsonOf(tableOf(['a', 2n ** 60n], ['b', 12n], ['c', null]), { heading, onPage }));
  expect(JSON.parse(all)).toMatchObject({
    report: heading,
    columns: ['name', 'count'],
    rows: [{ count: '1152921504606846976' }, { count: 12 }, { count: null }],
  });
  expect(JSON.parse(await whole(jsonOf(tableOf(), { heading, onPage })))).toMatchObject({ rows: [] });
});
