import { stringifyJson } from '@drippulse/json';
import { CrmLeadSchema } from '@drippulse/proto/drippulse/crm/v1/leads_pb';
import { expect, test } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { csvCells, csvLines } from '../../exports/csv-cells.ts';
import { guardFormula, unguardFormula } from '../../exports/formula-guard.ts';
import { readCsv } from './read-csv.ts';

const columns = ['id', 'first_name', 'last_name', 'company_name', 'title', 'source'];

/** Strings of characters that CSV, spreadsheets and line readers treat specially, and strings of any characters. */
const nasty = fc.constantFrom(...'\'"=+-@＝＋－＠\t\r\n,; \u00a0\u2028\ufeffa0\\|{}');
const text = fc
  .oneof(fc.string({ unit: nasty, maxLength: 8 }), fc.string({ unit: 'grapheme' }))
  // Empty cells count as absent, and strings with a NUL are never stored.
  .filter((value) => value !== '' && !value.includes('\0') && value.isWellFormed());
const fields = fc.dictionary(fc.constantFrom(...columns.slice(1)), text);
const records = fc
  .array(fields, { minLength: 1, maxLength: 5 })
  .map((list) =>
    list.map(
      (record, index): Record<string, string> => ({ id: `00000000-0000-7000-8000-00000000000${index}`, ...record }),
    ),
  );

function exported(rows: readonly Record<string, string>[]): string {
  return csvLines([columns, ...rows.map((row) => csvCells(columns, stringifyJson(row)))]);
}

async function imported(file: string): Promise<unknown[]> {
  async function* chunks() {
    yield Buffer.from(file);
  }
  const source = { collection: 'leads', desc: CrmLeadSchema, defined: [], chunks: chunks(), contentType: 'text/csv' };
  const rows: unknown[] = [];
  for await (const row of readCsv(source)) rows.push(row);
  return rows;
}

test('whatever text a record has, its export gives it back', async () => {
  await fc.assert(
    fc.asyncProperty(records, async (rows) => {
      const read = await imported(exported(rows));
      expect(read).toEqual(rows.map((fields, index) => ({ collection: 'leads', row: index + 2, fields })));
    }),
  );
});

test('no row and no cell of an export begins as a formula, to a reader that knows quotes and to one of lines', () => {
  fc.assert(
    fc.property(records, (rows) => {
      const file = exported(rows);
      const cells: string[][] = parse(file, { record_delimiter: ['\r\n', '\n', '\r'] });
      expect(cells).toHaveLength(rows.length + 1);
      for (const cell of cells.flat()) expect(cell).not.toMatch(/^[=+\-@\t\r\n＝＋－＠]/);
    }),
  );
});

test('the guard of a cell is removed exactly', () => {
  fc.assert(
    fc.property(fc.string({ unit: nasty }), (cell) => {
      expect(unguardFormula(guardFormula(cell))).toBe(cell);
    }),
  );
});
