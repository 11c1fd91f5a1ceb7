import type { Violation } from '@drippulse/errors';
import type { JsonObject } from '@drippulse/json';
import type { Values } from '../records/collection.ts';
import type { Keys } from './keys.ts';

/** Outcome of a row that was not refused. */
export type Outcome = 'created' | 'updated' | 'unchanged';

/** Result of a row: an outcome, its violations, or `skipped` when the policy leaves it out. */
export type Result = Outcome | 'skipped' | Violation[];

/** The effects that rows may have on records. */
export type Policy = {
  /** Whether a row without an existing record creates a record. */
  creates: boolean;
  /** Whether a row changes its existing record. */
  updates: boolean;
  /** Whether a row fills only empty members of its record and keeps existing values. */
  fillsBlanks: boolean;
  /** Is called for each row that has a record, with the index of the row and the id of the record. */
  onRecord?(index: number, id: string): void;
};

/** Policy for uploads: every row and every value is written. */
export const uploadPolicy: Policy = { creates: true, updates: true, fillsBlanks: false };

/** Whether the policy allows a row to be written. */
export function isWanted<Row>(policy: Policy, { before }: Plan<Row>): boolean {
  return before === undefined ? policy.creates : policy.updates;
}

/** The plan for one row. `index` is the row's position in the batch, `before` the existing record, if any. */
export type Plan<Row> = { index: number; keys: Keys; fields: JsonObject; values: Values; before: Row | undefined };

export function isDeleted(fields: JsonObject): boolean {
  return typeof fields['deleted_at'] === 'string';
}
