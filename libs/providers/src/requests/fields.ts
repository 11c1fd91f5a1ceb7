import { z } from 'zod';

/** Builds the schema of a non-empty line of text. */
export const line = (help: string, most = 255) => z.string().min(1).max(most).describe(help);

/** Builds the schema of non-empty text, up to the longest text that a step allows. */
export const longText = (help: string) => z.string().min(1).max(65_536).describe(help);

/**
 * Builds the schema of a mail address without quotes and comments. Each mailbox then has only one spelling, by which
 * suppressions and rules are checked. The provider decides whether the address can receive mail. `receiversOf` finds
 * every address that this field accepts.
 */
export const mailAddress = (help: string) =>
  z
    .string()
    .max(320)
    .regex(/^[^\s@<>,;:"()[\]\\]+@[^\s@<>,;:"()[\]\\]+$/, 'is not a mail address')
    .describe(help);

/** Builds the schema of a time with its offset, such as `2026-12-01T09:00:00Z`. */
export const time = (help: string) => z.iso.datetime({ offset: true }).describe(help);

/** Builds the schema of a day, such as `2026-12-01`. */
export const day = (help: string) => z.iso.date().describe(help);

/** Builds the schema of a web address. */
export const webAddress = (help: string) =>
  z
    .url({ protocol: /^https?$/ })
    .max(2048)
    .describe(help);

/**
 * A value of a field that the customer's account defines. A list contains several choices, and null clears the field.
 */
const fieldValue = z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string())]);

/** Builds the schema of fields that the customer's account defines: values by the account's own field names. */
export const fieldsByName = (name: RegExp, help: string) => z.record(z.string().regex(name), fieldValue).describe(help);

export type FieldsByName = Readonly<Record<string, z.output<typeof fieldValue>>>;
