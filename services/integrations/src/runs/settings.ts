import { z } from 'zod';
import type { DataSourceRow } from '../sources/rows.ts';

const schema = z.object({
  type: z.string(),
  target: z.string(),
  mapping: z.string(),
  dedupe_by: z.array(z.string()),
  write_mode: z.string(),
  existing: z.string(),
  blank: z.string(),
  deletions: z.string(),
  abort_if_failed_percent: z.number(),
  /** Id of the file that was the source's current file when the run was requested. */
  file_id: z.string().nullable(),
  /** The position at which the previous reading ended, if this run reads only later changes. */
  position: z.string().nullable(),
  last_read: z.number().nullable(),
});

/** The settings of a run, copied from the data source when the run was requested. */
export type RunSettings = z.output<typeof schema>;

export function packSettings(source: DataSourceRow, fileId: string | undefined): string {
  const { type, target, mapping, dedupe_by, write_mode, existing, blank, deletions, abort_if_failed_percent } = source;
  const settings: RunSettings = {
    type,
    target,
    mapping,
    dedupe_by,
    write_mode,
    existing,
    blank,
    deletions,
    abort_if_failed_percent,
    file_id: fileId ?? null,
    // A run that deletes missing records starts without a position, because only a complete reading shows which records
    // no longer have a row.
    position: deletions === 'archive' ? null : source.position,
    last_read: source.last_read === null ? null : Number(source.last_read),
  };
  return JSON.stringify(settings);
}

export function readSettings(text: string): RunSettings {
  return schema.parse(JSON.parse(text));
}

/**
 * Whether a run gives up. It gives up if at least 100 rows have a result, and more than `abort_if_failed_percent` of
 * them failed.
 */
export function givesUp(settings: RunSettings, { seen, failed }: { seen: bigint; failed: bigint }): boolean {
  return seen >= 100n && failed * 100n > seen * BigInt(settings.abort_if_failed_percent);
}
