import {
  type Advance,
  advanceInTurns,
  contactKeyOf,
  type Definition,
  type Effect,
  type Entry,
  type JsonObject,
  type Parked,
  type Run,
  type RunState,
  settleInTurns,
} from '@drippulse/engine';
import { parseObject } from '../enrollments/contact.ts';
import type { ClaimedRun, Settled, Work } from './claimed-run.ts';

/** The result of moving a run, to be stored. */
export type Move = {
  run: ClaimedRun;
  definition: Definition;
  state: RunState;
  data: JsonObject;
  dataChanged: boolean;
  /** New lines of the timeline. */
  entries: Entry[];
  /** The effect to hand out next. */
  effect?: Effect;
  /** The parking that the run begins. */
  parked?: Parked;
  settled?: Settled;
  /** Names of goals that the move met, and the reason for the run's end, unless its steps ended it. */
  metGoals?: readonly string[];
  outcome?: string;
};

/**
 * Moves a claimed run in turns, and yields the work units of each turn. It settles the run's effect first, then takes
 * as many steps as possible. A run of a lane that is not active takes no further step. A run that the engine cannot
 * move fails, so that it does not block its batch.
 */
export function* moveInTurns(
  work: Work,
  definition: Definition,
  options: { now: Date; isStopped: boolean; random: number; onBug(error: unknown): void },
): Generator<number, Move> {
  const { run, settled } = work;
  const { now, isStopped, random, onBug } = options;
  const before = engineRun(run);
  const advances: Advance[] = [];
  let at: Run = before;
  const go = (next: Advance) => {
    advances.push(next);
    at = { ...at, state: next.state, data: next.data };
  };
  try {
    if (settled)
      go(
        yield* settleInTurns(
          definition,
          before,
          { ...settled.effect, attempt: run.state.attempt },
          settled.result,
          now,
          random,
        ),
      );
    if (!isStopped && at.state.status === 'active' && isReady(at.state)) go(yield* advanceInTurns(definition, at, now));
  } catch (error) {
    onBug(error);
    go(broken(definition, at));
  }
  const { effect, parked } = advances.at(-1) ?? {};
  return {
    run,
    definition,
    state: at.state,
    data: at.data,
    dataChanged: advances.some((one) => one.dataChanged),
    entries: advances.flatMap((one) => one.entries),
    ...(effect && { effect }),
    ...(parked && { parked }),
    ...(settled && { settled }),
    ...(definition.goals.length > 0 && goalsOf(advances)),
  };
}

function goalsOf(advances: readonly Advance[]): Pick<Move, 'metGoals' | 'outcome'> {
  const { outcome } = advances.at(-1) ?? {};
  return { metGoals: advances.flatMap(({ metGoals = [] }) => metGoals), ...(outcome !== undefined && { outcome }) };
}

function isReady({ phase }: RunState): boolean {
  return phase !== 'effect' && phase !== 'parked';
}

function engineRun(run: ClaimedRun): Run {
  const { leadRef, email, timezone, mode } = run.identity;
  return {
    enrollmentKey: run.key,
    contactKey: contactKeyOf({ lead_ref: leadRef, email }, run.key),
    timezone,
    enteredAt: run.identity.createdAt.getTime(),
    mode,
    state: run.state,
    data: run.fields ?? parseObject(run.data ?? run.contact),
  };
}

function broken(definition: Definition, { state, data }: Run): Advance {
  const step = definition.steps[state.stepIndex];
  const error = 'the step could not be run because of an error in the platform';
  const entry: Entry = {
    stepIndex: state.stepIndex,
    stepId: step?.id ?? '',
    stepName: step?.name ?? '',
    type: step?.type ?? '',
    status: 'failed',
    message: `Failed: ${error}`,
    error,
    attempt: Math.max(1, state.attempt),
  };
  const ended: RunState = { ...state, status: 'failed', phase: 'ready', wakeAt: null, attempt: 0 };
  return { state: ended, data, dataChanged: false, entries: [entry], work: 0 };
}
