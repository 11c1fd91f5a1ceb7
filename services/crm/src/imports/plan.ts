import type { Violation } from '@drippulse/errors';
import type { JsonObject } from '@drippulse/json';
import type { Values } from '../records/collection.ts';
import type { Keys } from './keys.ts';

/** The outcome of a row that was not refused. */
export type Outcome = 'created' | 'updated' | 'unchanged';

/** The result of a row: an outcome or its violations. */
export type Result = Outcome | Violation[];

/** The plan for one row: `index` is its position in the batch, `before` the existing record, if there is one. */
export type Plan<Row> = { index: number; keys: Keys; fields: JsonObject; values: Values; before: Row | undefined };

export function isDeleted(fields: JsonObject): boolean {
  return typeof fields['deleted_at'] === 'string';
}
