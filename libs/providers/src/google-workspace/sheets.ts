import { z } from 'zod';
import { line } from '../requests/fields.ts';

export const sheetsScope = 'https://www.googleapis.com/auth/spreadsheets';

/** A spreadsheet, given by the link that people copy, or by the id in this link. */
export const spreadsheetField = z
  .string()
  .regex(
    /^([A-Za-z0-9_-]{20,100}|https:\/\/docs\.google\.com\/spreadsheets\/d\/[A-Za-z0-9_-]{20,100}([/?#].*)?)$/,
    'is neither an id nor a link',
  )
  .describe('Id of the spreadsheet, or its link.');

export function spreadsheetOf(idOrLink: string): string {
  return /\/d\/([A-Za-z0-9_-]+)/.exec(idOrLink)?.[1] ?? idOrLink;
}

export const rangeField = line('The range in A1 notation, such as Leads!A2:D2.', 300);
const cell = z.union([z.string().max(50_000), z.number(), z.boolean(), z.null()]);
export const cellsField = z
  .array(cell)
  .min(1)
  .max(1000)
  .describe('The cells from left to right; null leaves one as it is.');
