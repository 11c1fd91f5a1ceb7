import type { EffectKind, JsonObject, RunState } from '@drippulse/engine';
import type { EffectOutcome } from '../effects/effect-call.ts';
import type { Identity } from '../enrollments/enrollment-row.ts';

/** A run that this process holds until its lease ends; `fence` tells its holder from later ones. */
export type ClaimedRun = {
  identity: Identity;
  /** UUID of the enrollment, the first part of its effects' keys. */
  key: string;
  fence: number;
  state: RunState;
  /** JSON text of the contact, and of the data where they differ from it. */
  contact: string;
  data: string | null;
  /** What the data are, where somebody has read them. */
  fields?: JsonObject;
  /** Lines on the timeline so far, and the latest one that tells an error. */
  lines: number;
  errorLine: number | null;
};

/** An intent as stored. */
export type StoredEffect = {
  key: string;
  kind: EffectKind;
  stepIndex: number;
  stepId: string;
  /** JSON text, the same on each attempt. */
  request: string;
};

/** An effect whose intent is committed and whose run this process has leased. */
export type HandedOut = { run: ClaimedRun; effect: StoredEffect };

/** How an attempt of a run's effect went. */
export type Settled = {
  effect: StoredEffect;
  result: EffectOutcome;
  /** Undefined when the result was read from the database: it was recorded, but did not move the run. */
  durationMs: number | undefined;
};

/** A claimed run to move on: through its pure steps, or first from the effect that is settled. */
export type Work = { run: ClaimedRun; settled?: Settled };
