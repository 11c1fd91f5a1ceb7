import type { JsonObject } from '@drippulse/json';

/** The state of a run: all that `advance` needs to continue after a crash, small enough for a hot row. */
export type RunState = {
  status: 'active' | 'completed' | 'failed' | 'cancelled';
  /** The step to run next, or the last one that ran once the run has ended. */
  stepIndex: number;
  /** `ready`: the step may run. `waiting`: until `wakeAt`. `effect`: its effect is handed out and not settled. */
  phase: 'ready' | 'waiting' | 'effect';
  /** When it continues, in epoch milliseconds. Null: at once if ready; not by time if ended or waiting for an effect. */
  wakeAt: number | null;
  /** Attempt of the effect that is handed out, from 1; otherwise 0. */
  attempt: number;
  /** Finished visits by step id, only of steps in a loop. */
  visits: Record<string, number>;
};

/** One contact on its way through one version of a workflow. */
export type Run = {
  /** UUID of the enrollment, the first part of each effect's key. */
  enrollmentKey: string;
  /** Key by which a split always chooses the same way, see `contactKeyOf`. */
  contactKey: string;
  /** IANA time zone of waits. */
  timezone: string;
  mode: 'live' | 'test';
  state: RunState;
  /** The contact's fields and the outputs of steps. */
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
  /** Data that the step added. */
  output?: JsonObject;
  error?: string;
  /** Attempt of an effect, from 1. */
  attempt: number;
  /** Notes for a person although the step ran, such as a missing variable. */
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

/** Work outside the engine, fully rendered, so that every repeat sends the same bytes. */
export type Effect = {
  /** `<enrollmentKey>:<stepId>:<visit>`, the same on every automatic retry. */
  key: string;
  kind: EffectKind;
  stepIndex: number;
  stepId: string;
  visit: number;
  request: JsonObject;
};

/** The result of a move: the new state, data and timeline to store, and the effect to perform. */
export type Advance = {
  state: RunState;
  data: JsonObject;
  dataChanged: boolean;
  entries: Entry[];
  /** Counted work of the move, in units of `Meter`: a caller with many runs gives others a turn in between. */
  work: number;
  effect?: Effect;
};

/** The result of an effect. `output` is merged shallowly into the data. */
export type EffectResult =
  | { outcome: 'succeeded'; message: string; output?: JsonObject }
  | { outcome: 'skipped'; reason: string }
  | { outcome: 'failed'; error: string; retryable: boolean; retryAfterSeconds?: number };

/** Number of finished visits of a step, whose id may be a member of every object, such as `constructor`. */
export function visitsOf({ visits }: Pick<RunState, 'visits'>, id: string): number {
  return Object.hasOwn(visits, id) ? (visits[id] ?? 0) : 0;
}
