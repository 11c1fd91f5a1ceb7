import type { JsonObject } from '@drippulse/json';

/**
 * The state of a run: everything that `advance` needs to continue after a crash, small enough for a row that is written
 * often.
 */
export type RunState = {
  status: 'active' | 'completed' | 'failed' | 'cancelled';
  /** The step to run next. If the run has ended, the last step that ran. */
  stepIndex: number;
  /**
   * `ready`: the step may run. `waiting`: the run waits until `wakeAt`. `effect`: the step's effect is handed out and
   * not settled, or held until `wakeAt`. `parked`: an event, a person or a service settles the step by its key, at the
   * latest at `wakeAt`.
   */
  phase: 'ready' | 'waiting' | 'effect' | 'parked';
  /**
   * The time at which the run continues, in epoch milliseconds. Null for a ready run that continues immediately, and
   * for a run that does not continue by time: it has ended, or it waits for an effect.
   */
  wakeAt: number | null;
  /** Number of the current attempt while an effect is handed out, from 1; otherwise 0. */
  attempt: number;
  /** Number of finished visits, by step id. Contains only steps in a loop. */
  visits: Record<string, number>;
  /** Absent until a goal is met. */
  goals?: GoalState;
};

/**
 * The goals of a run: the names of the goals that were met, and the indexes of the goals that events have met and that
 * have not yet acted on the run.
 */
export type GoalState = { met: readonly string[]; due: readonly number[] };

/** One contact on its way through one version of a workflow. */
export type Run = {
  /** UUID of the enrollment, the first part of each effect's key. */
  enrollmentKey: string;
  /** Key by which a split always makes the same choice; see `contactKeyOf`. */
  contactKey: string;
  /** IANA time zone of waits. */
  timezone: string;
  /** The time at which the contact entered the workflow, in epoch milliseconds. Default: now. */
  enteredAt?: number;
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
  /** Number of the effect's attempt, from 1. */
  attempt: number;
  /** The rule that holds the effect back. */
  heldBy?: HeldBy;
  /** The variant that a split has chosen. */
  variant?: string;
  /** Notes for a person about a step that ran, such as a missing variable. */
  warnings?: string[];
};

/**
 * A rule that holds an effect back until `until`, and the enrollment whose message is sent instead, if there is one.
 */
export type HeldBy = { rule: string; until: number; lostTo?: { workflowId: string; enrollmentId: string } };

/** Names of the effects that the runtime performs. */
export type EffectKind =
  | 'email'
  | 'webhook_callback'
  | 'crm_create_lead'
  | 'crm_update_record'
  | 'crm_create_activity'
  | 'crm_move_opportunity'
  | 'alert'
  | 'integration_action'
  | 'agent'
  | 'score_lead';

/** Kinds of effects that reach people. Suppressions and sending rules are checked before each of these effects. */
export type SendingKind = Extract<EffectKind, 'email'>;

/**
 * Kinds of results for which a run parks. The result comes from outside the engine; no effect is performed to get it.
 */
export type ParkKind = 'wait_for_event' | 'approval';

/** The request of a parking, fully rendered. `RunState.wakeAt` is the end of the parking. */
export type Parked = Omit<Effect, 'kind'> & { kind: ParkKind };

/** Work outside the engine. The request is fully rendered, so that every repeat sends the same bytes. */
export type Effect = {
  /** `<enrollmentKey>:<stepId>:<visit>`, the same on every automatic retry. */
  key: string;
  kind: EffectKind;
  stepIndex: number;
  stepId: string;
  visit: number;
  request: JsonObject;
};

/**
 * The result of a move: the new state, data and timeline to store, and the effect to perform or the request of the
 * parking.
 */
export type Advance = {
  state: RunState;
  data: JsonObject;
  dataChanged: boolean;
  entries: Entry[];
  /** Counted work of the steps in this move, in units of `Meter`, without the work of compiling them. */
  work: number;
  effect?: Effect;
  parked?: Parked;
  /** Names of goals that the move met. */
  metGoals?: readonly string[];
  /** The reason why the run ended, unless its steps ended it: `goal:<name>`. */
  outcome?: string;
};

/** The result of an effect, or of a parking. Times are epoch milliseconds. */
export type EffectResult =
  /** `output` is merged shallowly into the data. `exit` is the key of the exit to follow; default: the next step. */
  | { outcome: 'succeeded'; message: string; output?: JsonObject; exit?: string }
  /**
   * `rule` names the rule that kept the effect from being performed, such as `suppression`. It is absent when no rule
   * did.
   */
  | { outcome: 'skipped'; reason: string; rule?: string }
  /** The effect was not tried, because a rule holds it back. It is due again at `until`, as the same attempt. */
  | ({ outcome: 'held'; reason: string } & HeldBy)
  /** The effect was accepted by a service that settles it by its key, at the latest at `until`. */
  | { outcome: 'accepted'; until: number; message: string }
  | { outcome: 'failed'; error: string; retryable: boolean; retryAfterSeconds?: number };

/** Returns the number of finished visits of a step. The id may be the name of an inherited member (`constructor`). */
export function visitsOf({ visits }: Pick<RunState, 'visits'>, id: string): number {
  return Object.hasOwn(visits, id) ? (visits[id] ?? 0) : 0;
}
