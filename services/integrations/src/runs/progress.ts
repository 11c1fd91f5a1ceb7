import type { JsonObject } from '@drippulse/json';
import { z } from 'zod';

const json = z.record(z.string(), z.unknown());

const schema = z.object({
  /** Number of the next batch to stage. */
  staged: z.number(),
  /** Where the next page begins; null before the first. */
  reader: json.nullable(),
  isRead: z.boolean(),
  /** Number of the next row, where the source has none. */
  row: z.number(),
  columns: z.array(z.string()),
  /** The file that was fetched for the run, or that was uploaded. */
  fileId: z.string().nullable(),
  /** Tries in a row that failed in a way that may pass. */
  tries: z.number(),
  /** Number of the next call that archives. */
  archived: z.number(),
  isUnchanged: z.boolean(),
});

/** How far a run has come, beside its counts: the cursor of its job. */
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
  return { ...read, reader: read.reader as JsonObject | null }; // written by `packProgress`
}

export function packProgress(progress: Progress): string {
  return JSON.stringify(progress);
}
