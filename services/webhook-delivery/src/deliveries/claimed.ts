import type { Mode } from '@drippulse/rpc';
import type { LaneKey } from '../lanes/concurrency.ts';
import type { SealedSecrets } from '../signing/secrets.ts';
import type { StoredTarget } from '../webhooks/target.ts';

/** A delivery that this process has leased, with everything that sending needs. */
export type Claimed = {
  id: bigint;
  organizationId: bigint;
  /** Mode of the webhook. */
  mode: Mode;
  lane: LaneKey;
  eventId: string;
  eventAt: Date;
  eventType: string;
  isTest: boolean;
  /** Number of attempts before the current one, since the delivery was last queued. */
  tries: number;
  /** The number that each claim raises. A result with an older fence does not move the delivery. */
  fence: bigint;
  /** Time from the due time to the claim. */
  lagSeconds: number;
  /** `performance.now()` at the start of the claim. */
  claimedAt: number;
  /** Whether the endpoint's last recorded attempt failed. */
  hasFailed: boolean;
  /** Whether the endpoint's last response to an event was a success. */
  isProven: boolean;
  secrets: SealedSecrets;
  target: StoredTarget;
  body: string;
  /** Cause of the chain of the event; undefined when the event is itself a cause. */
  cause: string | undefined;
  /** Trace of the event. */
  traceparent: string | undefined;
};
