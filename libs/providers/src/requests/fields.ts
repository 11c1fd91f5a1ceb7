import { z } from 'zod';

/** A non-empty line of text. */
export const line = (help: string, most = 255) => z.string().min(1).max(most).describe(help);

/** A text of any length that a step allows. */
export const longText = (help: string) => z.string().min(1).max(65_536).describe(help);

/**
 * A mail address without quotes and comments: one text for one mailbox, by which suppressions and rules are checked.
 * The provider decides whether it can receive mail. `receiversOf` finds every text that this accepts.
 */
export const mailAddress = (help: string) =>
  z
    .string()
    .max(320)
    .regex(/^[^\s@<>,;:"()[\]\\]+@[^\s@<>,;:"()[\]\\]+$/, 'is not a mail address')
    .describe(help);

/** A time with its zone, such as `2026-12-01T09:00:00Z`. */
export const time = (help: string) => z.iso.datetime({ offset: true }).describe(help);

/** A day, such as `2026-12-01`. */
export const day = (help: string) => z.iso.date().describe(help);

/** A web address. */
export const webAddress = (help: string) =>
  z
    .url({ protocol: /^https?$/ })
    .max(2048)
    .describe(help);

/** A value of a field that the customer's account defines. A list contains several choices, and null clears. */
const fieldValue = z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string())]);

/** Fields of the customer's account, by the account's own names. */
export const fieldsByName = (name: RegExp, help: string) => z.record(z.string().regex(name), fieldValue).describe(help);

export type FieldsByName = Readonly<Record<string, z.output<typeof fieldValue>>>;
