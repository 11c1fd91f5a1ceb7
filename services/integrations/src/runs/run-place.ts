import type { JobRow } from '@drippulse/db';
import type { Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import type { SourceConfig } from '../sources/config/schemas.ts';
import type { Mapping } from '../sources/mapping/mapping.ts';
import type { Progress } from './progress.ts';
import type { RunRow } from './rows.ts';
import type { RunSettings } from './settings.ts';

/** A run and its data during one slice. */
export type RunPlace = {
  job: JobRow;
  run: RunRow;
  settings: RunSettings;
  mapping: Mapping;
  config: SourceConfig;
  progress: Progress;
  /** Maximum number of batches that are written concurrently. */
  atOnce: number;
};

/** The result of a slice, to be written in one transaction with the cursor. */
export type Found = { progress: Progress; write?(trx: Transaction<DB>): Promise<RunRow | undefined>; done?: number };
