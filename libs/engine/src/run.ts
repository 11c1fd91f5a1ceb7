import type { JsonObject } from '@drippulse/json';

/** Where a run stands: everything `advance` needs to go on after a crash, small enough for a hot row. */
export type RunState = {
  status: 'active' | 'completed' | 'failed' | 'cancelled';
  /** Step to run, or the last one that ran once the run has ended. */
  stepIndex: number;
  /** `ready`: the step may run. `waiting`: until `wakeAt`. `effect`: its effect has been handed out and not settled. */
  phase: 'ready' | 'waiting' | 'effect';
  /** When it goes on, in epoch milliseconds; null: at once, or never once it has ended or while an effect is out. */
  wakeAt: number | null;
  /** Attempt of the effect that is out, from 1; 0 otherwise. */
  attempt: number;
  /** Visits already finished, by step id; only of steps that can be visited again. */
  visits: Record<string, number>;
};

/** One contact on its way through one version of a workflow. */
export type Run = {
  /** UUID of the enrollment; the first part of each effect's key. */
  enrollmentKey: string;
  /** What makes a split sticky, see `contactKeyOf`. */
  contactKey: string;
  /** IANA zone that waits are reckoned in. */
  timezone: string;
  mode: 'live' | 'test';
  state: RunState;
  /** The contact's fields and what the steps added. */
  data: JsonObject;
};

/** One line of the timeline. */
export type Entry = {
  stepIndex: number;
  stepId: string;
  stepName: string;
  type: string;
  status: 'succeeded' | 'waiting' | 'skipped' | 'failed' | 'retrying';
  message: string;
  /** What the step added to the data. */
  output?: JsonObject;
  error?: string;
  /** Attempt of an effect, from 1. */
  attempt: number;
  /** What a person should look at although the step ran, such as a variable that was missing. */
  warnings?: string[];
};

/** Names of the effects that the runtime performs. */
export type EffectKind =
  | 'email'
  | 'webhook_callback'
  | 'crm_create_lead'
  | 'crm_update_record'
  | 'crm_create_activity'
  | 'crm_move_opportunity';

/** Something to be done outside the engine, fully rendered, so that a repeat is byte for byte the same. */
export type Effect = {
  /** `<enrollmentKey>:<stepId>:<visit>`, the same on every automatic retry. */
  key: string;
  kind: EffectKind;
  stepIndex: number;
  stepId: string;
  visit: number;
  request: JsonObject;
};

/** What became of a run: its new state, what to write, and what to do. */
export type Advance = {
  state: RunState;
  data: JsonObject;
  dataChanged: boolean;
  entries: Entry[];
  effect?: Effect;
};

/** How an effect went. `output` is merged into the data, shallowly. */
export type EffectResult =
  | { outcome: 'succeeded'; message: string; output?: JsonObject }
  | { outcome: 'skipped'; reason: string }
  | { outcome: 'failed'; error: string; retryable: boolean; retryAfterSeconds?: number };
