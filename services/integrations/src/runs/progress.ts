import type { JsonObject } from '@drippulse/json';
import { z } from 'zod';

const json = z.record(z.string(), z.unknown());

const schema = z.object({
  /** Number of the next batch to be stored. */
  staged: z.number(),
  /** Start of the next page; null before the first page. */
  reader: json.nullable(),
  isRead: z.boolean(),
  /** Number of the next row, for sources that do not number their rows. */
  row: z.number(),
  columns: z.array(z.string()),
  /** The file that was downloaded for the run, or that was uploaded. */
  fileId: z.string().nullable(),
  /** Number of consecutive tries that failed transiently. */
  tries: z.number(),
  /** Number of the next call that archives records. */
  archived: z.number(),
  isUnchanged: z.boolean(),
});

/** The progress of a run apart from its counts. It is stored as the cursor of the run's job. */
export type Progress = Omit<z.output<typeof schema>, 'reader'> & { reader: JsonObject | null };

export function readProgress(cursor: string | null, fileId: string | null): Progress {
  if (cursor === null || cursor === 'null') {
    return {
      staged: 0,
      reader: null,
      isRead: false,
      row: 1,
      columns: [],
      fileId,
      tries: 0,
      archived: 0,
      isUnchanged: false,
    };
  }
  const read = schema.parse(JSON.parse(cursor));
  return { ...read, reader: read.reader as JsonObject | null }; // `packProgress` wrote the reader
}

export function packProgress(progress: Progress): string {
  return JSON.stringify(progress);
}
