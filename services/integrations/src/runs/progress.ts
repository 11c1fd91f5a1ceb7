import type { JsonObject } from '@drippulse/json';
import { z } from 'zod';

const json = z.record(z.string(), z.unknown());

const schema = z.object({
  /** Number of the next batch to stage. */
  staged: z.number(),
  /** Start of the next page; null before the first. */
  reader: json.nullable(),
  isRead: z.boolean(),
  /** Number of the next row, for sources that do not number rows. */
  row: z.number(),
  columns: z.array(z.string()),
  /** The file that was downloaded for the run or uploaded. */
  fileId: z.string().nullable(),
  /** Consecutive tries that failed transiently. */
  tries: z.number(),
  /** Number of the next archiving call. */
  archived: z.number(),
  isUnchanged: z.boolean(),
});

/** The progress of a run besides its counts: the cursor of its job. */
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
