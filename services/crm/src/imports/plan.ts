import type { JsonObject } from '@drippulse/json';
import type { Violation } from '@drippulse/runtime';
import type { Values } from '../records/collection.ts';
import type { Keys } from './keys.ts';

/** The outcome of a row that was not refused. */
export type Outcome = 'created' | 'updated' | 'unchanged';

/** What became of a row: an outcome, or what was wrong with it. */
export type Result = Outcome | Violation[];

/** What is to be done for one row, `index` in its slice; `before` is the record it is for, if there is one. */
export type Plan<Row> = { index: number; keys: Keys; fields: JsonObject; values: Values; before: Row | undefined };

export function isDeleted(fields: JsonObject): boolean {
  return typeof fields['deleted_at'] === 'string';
}
