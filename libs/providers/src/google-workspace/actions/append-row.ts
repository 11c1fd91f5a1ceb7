import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { amountOf, given, objectOf, textOf } from '../../answers/reading.ts';
import { pathOf } from '../../calls.ts';
import { cellsField, rangeField, sheetsScope, spreadsheetField, spreadsheetOf } from '../sheets.ts';

/** Appends a row as RAW, so that a cell that begins with `=` stays text, even if a contact typed it. */
export const appendRow = defineAction({
  provider: 'google_workspace',
  name: 'append_row',
  label: 'Append a row',
  description: 'Adds a row below the table of a sheet.',
  input: z.strictObject({
    spreadsheet_id: spreadsheetField,
    sheet: rangeField.describe('Name of the sheet, or a range in its table.'),
    values: cellsField,
  }),
  output: z.object({ updated_range: z.string().optional(), updated_rows: z.number().optional() }),
  scopes: [sheetsScope],
  repeat: 'none',
  example: {
    spreadsheet_id: '1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms',
    sheet: 'Leads',
    values: ['Ada', 90, true],
  },
  *perform({ spreadsheet_id, sheet, values }) {
    const answer = yield {
      host: 'sheets',
      method: 'POST',
      path: pathOf`/v4/spreadsheets/${spreadsheetOf(spreadsheet_id)}/values/${sheet}:append`,
      query: { valueInputOption: 'RAW', insertDataOption: 'INSERT_ROWS' },
      body: { json: { values: [values] } },
    };
    const { updatedRange, updatedRows } = objectOf(objectOf(answer.body)['updates']);
    return given({ updated_range: textOf(updatedRange), updated_rows: amountOf(updatedRows) });
  },
});
