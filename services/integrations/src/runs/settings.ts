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
  /** The file that was there when the run was asked for. */
  file_id: z.string().nullable(),
  /** Where the reading before ended, if this one reads what changed since. */
  position: z.string().nullable(),
  last_read: z.number().nullable(),
});

/** What a run goes by: the data source as it was when the run was asked for. */
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
    // Which records are gone, only a reading of everything can tell.
    position: deletions === 'archive' ? null : source.position,
    last_read: source.last_read === null ? null : Number(source.last_read),
  };
  return JSON.stringify(settings);
}

export function readSettings(text: string): RunSettings {
  return schema.parse(JSON.parse(text));
}

/** Whether a run of which so many rows were refused gives up. */
export function givesUp(settings: RunSettings, { seen, failed }: { seen: bigint; failed: bigint }): boolean {
  return seen >= 100n && failed * 100n > seen * BigInt(settings.abort_if_failed_percent);
}
