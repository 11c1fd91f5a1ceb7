import { z } from 'zod';
import type { RowError } from '../sources/mapping/map-row.ts';

const maxErrors = 100;
const maxMessageLength = 500;

const schema = z.array(
  z.object({
    row: z.number(),
    column: z.string(),
    field: z.string(),
    code: z.string(),
    message: z.string(),
    value: z.string().optional(),
  }),
);

/** Reads the first errors of a run, as stored. */
export function readErrors(
  text: string | null,
): { row: number; column: string; field: string; code: string; message: string; value?: string }[] {
  return text === null
    ? []
    : schema
        .parse(JSON.parse(text))
        .map(({ value, ...error }) => ({ ...error, ...(value !== undefined && { value }) }));
}

/** Appends errors to those of a run, up to 100 in total. */
export function addErrors(
  text: string | null,
  further: readonly { row: number; errors: readonly RowError[] }[],
): string | null {
  const known = readErrors(text);
  if (known.length >= maxErrors || further.length === 0) return text;
  const more = further.flatMap(({ row, errors }) =>
    errors.map((error) => ({ row, ...error, message: error.message.slice(0, maxMessageLength) })),
  );
  return JSON.stringify([...known, ...more].slice(0, maxErrors));
}
