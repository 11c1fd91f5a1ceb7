import type { Violation } from '@drippulse/errors';
import type { JsonObject } from '@drippulse/json';
import type { Values } from '../records/collection.ts';
import type { Keys } from './keys.ts';

/** The outcome of a row that was not refused. */
export type Outcome = 'created' | 'updated' | 'unchanged';

/** The result of a row: an outcome, its violations, or `skipped` where the policy leaves it out. */
export type Result = Outcome | 'skipped' | Violation[];

/** What rows may do to records, beside what they say. */
export type Policy = {
  /** Whether a row without a record makes one. */
  creates: boolean;
  /** Whether a row changes the record that it means. */
  updates: boolean;
  /** Whether a value of a record stays, so that rows fill only what is empty. */
  fillsBlanks: boolean;
  /** Called with the record of each row that has one, by the place of the row. */
  onRecord?(index: number, id: string): void;
};

/** The policy of an upload: what it says is written. */
export const uploadPolicy: Policy = { creates: true, updates: true, fillsBlanks: false };

/** Whether the policy lets a row be written. */
export function isWanted<Row>(policy: Policy, { before }: Plan<Row>): boolean {
  return before === undefined ? policy.creates : policy.updates;
}

/** The plan for one row: `index` is its position in the batch, `before` the existing record, if there is one. */
export type Plan<Row> = { index: number; keys: Keys; fields: JsonObject; values: Values; before: Row | undefined };

export function isDeleted(fields: JsonObject): boolean {
  return typeof fields['deleted_at'] === 'string';
}
