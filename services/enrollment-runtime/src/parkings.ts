import type { JsonObject, ParkKind } from '@drippulse/engine';
import type { Transaction } from 'kysely';
import type { DB } from './db/schema.ts';

/** A run that was parked in this transaction. */
export type OpenedParking = {
  organizationId: bigint;
  workflowId: bigint;
  enrollmentId: bigint;
  mode: 'live' | 'test';
  email: string | null;
  leadRef: string | null;
  /** The time at which the enrollment entered the workflow. */
  enteredAt: Date;
  /** The key of the parked run's intent, by which the parking is settled. */
  key: string;
  stepId: string;
  request: JsonObject;
  /** The end of the parking. */
  until: Date;
};

/** The reason why a parking can no longer be settled. */
export type ParkingEnd = 'settled' | 'expired' | 'cancelled';

/** The handling of runs that are parked for one kind of result, in the transaction that changes the runs. */
export type Parking = {
  /** Records what the runs wait for. It may settle a parking immediately. The contacts of the runs are locked. */
  opened(trx: Transaction<DB>, parked: readonly OpenedParking[], now: Date): Promise<void>;
  /** Deletes the records of what runs waited for. Ignores enrollments for which this kind has no record. */
  ended(trx: Transaction<DB>, enrollmentIds: readonly bigint[], end: ParkingEnd): Promise<void>;
};

export type Parkings = Readonly<Record<ParkKind, Parking>>;

const kinds: Readonly<Record<ParkKind, true>> = { wait_for_event: true, approval: true };

/** Whether a stored intent only parks its run. */
export function isParkKind(kind: string): kind is ParkKind {
  return Object.hasOwn(kinds, kind);
}
