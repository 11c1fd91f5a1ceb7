import type { EffectKind, JsonObject, RunState } from '@drippulse/engine';
import type { EffectOutcome } from '../effects/effect-call.ts';
import type { Identity } from '../enrollments/enrollment-row.ts';

/** A run that this process has leased. Each claim has a higher `fence`. */
export type ClaimedRun = {
  identity: Identity;
  /** UUID of the enrollment, the first part of its effects' keys. */
  key: string;
  fence: number;
  state: RunState;
  /** JSON text of the contact, and of the data where they differ from the contact. */
  contact: string;
  data: string | null;
  /** The parsed data, when they were parsed already. */
  fields?: JsonObject;
  /** The number of lines on the timeline, and the number of the latest line with an error. */
  lines: number;
  errorLine: number | null;
};

/** A stored intent. */
export type StoredEffect = {
  key: string;
  kind: EffectKind;
  stepIndex: number;
  stepId: string;
  /** JSON text with its secrets, the same on each attempt. */
  request: string;
};

/** An effect whose intent is committed and whose run this process has leased. */
export type HandedOut = { run: ClaimedRun; effect: StoredEffect };

/** The result of an attempt. */
export type Settled = {
  effect: StoredEffect;
  result: EffectOutcome;
  /** Undefined when the result was read from the database: it was recorded but had not moved the run. */
  durationMs: number | undefined;
};

/** A claimed run to move on, from its settled effect if there is one. */
export type Work = { run: ClaimedRun; settled?: Settled };
