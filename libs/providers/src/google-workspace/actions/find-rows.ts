import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { listOf, objectOf } from '../../answers/reading.ts';
import { pathOf } from '../../calls.ts';
import { rangeField, sheetsScope, spreadsheetField, spreadsheetOf } from '../sheets.ts';

/** Reads rows. They may have different lengths, because Google omits trailing empty cells and trailing empty rows. */
export const findRows = defineAction({
  provider: 'google_workspace',
  name: 'find_rows',
  label: 'Find rows',
  description: 'Reads the rows of a range of a sheet, as people see them.',
  input: z.strictObject({ spreadsheet_id: spreadsheetField, range: rangeField }),
  output: z.object({ rows: z.array(z.array(z.json())) }),
  scopes: [sheetsScope],
  repeat: 'read',
  example: { spreadsheet_id: '1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms', range: 'Leads!A1:C20' },
  *perform({ spreadsheet_id, range }) {
    const answer = yield {
      host: 'sheets',
      method: 'GET',
      path: pathOf`/v4/spreadsheets/${spreadsheetOf(spreadsheet_id)}/values/${range}`,
      query: { valueRenderOption: 'FORMATTED_VALUE' },
    };
    return { rows: listOf(objectOf(answer.body)['values']).map(listOf) };
  },
});
