import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { amountOf, given, objectOf, textOf } from '../../answers/reading.ts';
import { pathOf } from '../../calls.ts';
import { cellsField, rangeField, sheetsScope, spreadsheetField, spreadsheetOf } from '../sheets.ts';

export const updateRow = defineAction({
  provider: 'google_workspace',
  name: 'update_row',
  label: 'Update a row',
  description: 'Writes the cells of a row of a sheet.',
  input: z.strictObject({ spreadsheet_id: spreadsheetField, range: rangeField, values: cellsField }),
  output: z.object({ updated_range: z.string().optional(), updated_cells: z.number().optional() }),
  scopes: [sheetsScope],
  repeat: 'same',
  example: {
    spreadsheet_id: '1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms',
    range: 'Leads!A2:C2',
    values: ['Ada', 95, null],
  },
  *perform({ spreadsheet_id, range, values }) {
    const answer = yield {
      host: 'sheets',
      method: 'PUT',
      path: pathOf`/v4/spreadsheets/${spreadsheetOf(spreadsheet_id)}/values/${range}`,
      query: { valueInputOption: 'RAW' },
      body: { json: { values: [values] } },
    };
    const { updatedRange, updatedCells } = objectOf(answer.body);
    return given({ updated_range: textOf(updatedRange), updated_cells: amountOf(updatedCells) });
  },
});
