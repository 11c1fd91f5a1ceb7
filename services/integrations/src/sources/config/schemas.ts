import { hubspotRecordsConfig, salesforceRecordsConfig, sheetRowsConfig } from '@drippulse/providers';
import { z } from 'zod';

const text = (most: number) => z.string().min(1).max(most);
const headers = z.record(
  z.string().regex(/^[A-Za-z0-9-]{1,100}$/, 'has a name that is not a header'),
  z.string().max(4_096),
);
const pointer = z
  .string()
  .regex(/^(\/.*)?$/, 'must be a JSON Pointer, such as /data/items')
  .max(1_000);
const key = z.string().regex(/^[\w.-]{1,100}$/, 'must be the key of a connection');

/** The schemas of the settings, by type. */
export const configSchemas = {
  csv: z.strictObject({
    url: text(2_048).optional(),
    headers: headers.optional(),
    delimiter: z.enum([',', ';', '\t', '|']).optional(),
  }),
  json_url: z.strictObject({
    url: text(2_048),
    headers: headers.optional(),
    /** JSON Pointer to the array of rows. Default: the whole answer. */
    items_path: pointer.optional(),
    /** JSON Pointer to the URL of the next page. Default: the Link header (RFC 8288). */
    next_path: pointer.optional(),
  }),
  google_sheets: z.strictObject({
    ...sheetRowsConfig.partial({ header_row: true }).shape,
    connection_key: key.optional(),
  }),
  hubspot: z.strictObject({
    ...hubspotRecordsConfig.partial({ properties: true }).shape,
    connection_key: key.optional(),
  }),
  salesforce: z.strictObject({
    ...salesforceRecordsConfig.partial({ fields: true }).shape,
    connection_key: key.optional(),
  }),
} as const;

export type SourceType = keyof typeof configSchemas;
export type SourceConfig = { [T in SourceType]: { type: T } & z.output<(typeof configSchemas)[T]> }[SourceType];

export function isSourceType(text: string): text is SourceType {
  return Object.hasOwn(configSchemas, text);
}
