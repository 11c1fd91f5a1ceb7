import type { EffectKind, JsonObject, ParkKind, RunState } from '@drippulse/engine';
import type { EffectOutcome } from '../effects/effect-call.ts';
import type { Identity } from '../enrollments/enrollment-row.ts';

/** A run that this process has leased. Each claim and each move raises the `fence`. */
export type ClaimedRun = {
  identity: Identity;
  /** UUID of the enrollment, the first part of its effects' keys. */
  key: string;
  fence: number;
  state: RunState;
  /** JSON text of the contact, and of the data if they differ from the contact. */
  contact: string;
  data: string | null;
  /** The parsed data, if they are already parsed. */
  fields?: JsonObject;
  /** The number of lines on the timeline, and the number of the latest line with an error. */
  lines: number;
  errorLine: number | null;
  /** JSON text of the variants that the run has taken, by the id of the split; null if it has taken none. */
  variants: string | null;
  /** The time at which the run came to its current step. */
  enteredAt: Date;
};

/** A stored intent. */
export type StoredEffect = StoredIntent & { kind: EffectKind };

/** The intent of a run that is parked. */
export type StoredParking = StoredIntent & { kind: ParkKind };

type StoredIntent = {
  key: string;
  stepIndex: number;
  stepId: string;
  /** JSON text with its secrets. It is the same text on every attempt. */
  request: string;
  /** Time of the intent, the same on every attempt. */
  plannedAt: Date;
};

/**
 * An effect whose intent is committed and whose run this process has leased. With `asks`, the process asks the
 * performing service for the result, because the effect was accepted and its time is over without a result.
 */
export type HandedOut = { run: ClaimedRun; effect: StoredEffect; asks: boolean };

/** The result of an attempt. */
export type Settled = {
  effect: StoredEffect | StoredParking;
  result: EffectOutcome;
  /** Undefined when the result was read from the database, because it was recorded but had not moved the run. */
  durationMs: number | undefined;
  /** Whether a goal took the run away from the effect. */
  isCut?: boolean;
  /** Whether the parking of the run ended without a result. */
  isExpired?: boolean;
};

/** A claimed run to move on: from its settled effect if it has one, or from a parking whose time is over. */
export type Work = { run: ClaimedRun; settled?: Settled; expiring?: StoredParking };
