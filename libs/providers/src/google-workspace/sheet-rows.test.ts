import type { JsonObject, JsonValue } from '@drippulse/json';
import { expect, test } from '@jest/globals';
import { ActionRefusal } from '../outcomes.ts';
import { sheetOfUrl, sheetRows } from './sheet-rows.ts';

const config = { spreadsheet_id: '1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms', sheet: "Ada's leads" };

/** Returns a sheet of `rows` to each request. Omits trailing blank rows and cells, as the API does. */
function answerTo(path: string, title: string, rows: readonly JsonValue[][], rowCount: number): JsonObject {
  if (!path.includes('/values/')) {
    const properties = { sheetId: 7, title, gridProperties: { rowCount } };
    return {
      sheets: [{ properties: { sheetId: 0, title: 'Other', gridProperties: { rowCount: 10 } } }, { properties }],
    };
  }
  const range = decodeURIComponent(path.split('/values/')[1] ?? '');
  const [, from, to] = /!A?(\d+):(?:ZZZ)?(\d+)$/.exec(range) ?? [];
  const values = rows.slice(Number(from) - 1, Number(to));
  while (values.length > 0 && values.at(-1)?.length === 0) values.pop();
  return { range, ...(values.length > 0 && { values }) };
}

function readAll(source: JsonObject, title: string, rows: readonly JsonValue[][], rowCount: number) {
  const read: JsonObject[] = [];
  const paths: string[] = [];
  for (let cursor: JsonObject | null = null; ; ) {
    const page = sheetRows({ config: source, cursor, upper: new Date(0) });
    let step = page.next();
    while (!step.done) {
      paths.push(step.value.path);
      step = page.next({ status: 200, headers: {}, body: answerTo(step.value.path, title, rows, rowCount) });
    }
    read.push(...step.value.rows);
    if (step.value.isLast) return { read, paths };
    cursor = step.value.cursor;
  }
}

test('a sheet of 12,001 rows is read whole in pages of 5,000, blank rows between them too', () => {
  const rows: JsonValue[][] = Array.from({ length: 12_001 }, (_, index) => [`a${index}@example.com`, String(index)]);
  rows[0] = ['Email', 'Score'];
  for (let index = 5_001; index < 10_001; index++) rows[index] = [];
  const { read, paths } = readAll(config, "Ada's leads", rows, 13_000);
  expect(read).toHaveLength(7_000);
  expect(read[0]).toEqual({ Email: 'a1@example.com', Score: '1' });
  expect(read.at(-1)).toEqual({ Email: 'a12000@example.com', Score: '12000' });
  expect(decodeURIComponent(paths[2] ?? '')).toContain("'Ada''s leads'!A2:ZZZ5001");
});

test('columns without a name are called by their letters, repeated ones are numbered, and short rows are filled', () => {
  const { read } = readAll(
    config,
    "Ada's leads",
    [['Email', '', 'Email', ' Email '], ['a@b.c'], ['d@e.f', 1, '', 'x']],
    3,
  );
  expect(read).toEqual([
    { Email: 'a@b.c', 'Column B': '', 'Email (2)': '', 'Email (3)': '' },
    { Email: 'd@e.f', 'Column B': '1', 'Email (2)': '', 'Email (3)': 'x' },
  ]);
});

test('an empty sheet has no rows', () => {
  expect(readAll(config, "Ada's leads", [], 1000).read).toEqual([]);
});

test('a sheet is found by the gid of its address', () => {
  const { spreadsheet_id } = config;
  const place = sheetOfUrl(`https://docs.google.com/spreadsheets/d/${spreadsheet_id}/edit?usp=sharing#gid=7`);
  expect(place).toEqual({ spreadsheet_id, sheet_id: 7 });
  expect(readAll({ ...place }, 'Any title', [['Email'], ['a@b.c']], 2).read).toEqual([{ Email: 'a@b.c' }]);
});

test.each([
  'https://docs.google.com.evil.example/spreadsheets/d/1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms',
  'http://docs.google.com/spreadsheets/d/1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms',
  'https://docs.google.com/spreadsheets/d/../1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms',
  'https://docs.google.com/document/d/1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms',
])('%s is not an address of a sheet', (url) => {
  expect(sheetOfUrl(url)).toBeUndefined();
});

test('a missing sheet is refused with the names of the others', () => {
  expect(() => readAll({ ...config, sheet: 'Leads' }, 'Contacts', [], 10)).toThrow(ActionRefusal);
  expect(() => readAll({ ...config, sheet: 'Leads' }, 'Contacts', [], 10)).toThrow('It has: Other, Contacts.');
});
