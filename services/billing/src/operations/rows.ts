import type { Selectable } from 'kysely';
import type { Operations } from '../db/schema.ts';

/** A write to Stripe, as it is stored. */
export type OperationRow = Selectable<Operations>;

/** A write to Stripe while this process attempts it. */
export type Attempt = OperationRow & {
  /** Whether a request was sent that could have changed something. */
  hasWritten: boolean;
};
