import type { JsonObject } from '@drippulse/json';
import type { Transaction } from 'kysely';
import type { Payer } from '../calls/room.ts';
import type { ModelStep } from '../calls/step.ts';
import type { End } from '../chain/step.ts';
import type { DB } from '../db/schema.ts';
import type { Spender } from '../ledger/windows.ts';
import type { Bounds } from '../policies/bounds.ts';
import type { CallPlace } from '../tools/check-call.ts';
import type { ToolStep } from '../tools/state.ts';

/** Recorded results of an execution, which replace the outside world in a rehearsal. */
export type RecordedWorld = {
  tools: readonly Pick<ToolStep, 'kind' | 'request' | 'result'>[];
  /** Results of model calls, by the body of the request. */
  answers: ReadonlyMap<string, ModelStep['result']>;
};

/**
 * A rehearsed execution, which calls its model but performs no actions. Each tool returns its recorded result, or says
 * that nothing was done.
 */
export type Rehearsal = {
  prompt: string;
  configuration: JsonObject;
  outputSchema: string | null;
  input: string;
  bounds: Bounds;
  place: CallPlace;
  recorded: RecordedWorld;
  /** Owner of the budgets that pay for the calls. */
  payer: Payer;
  spender: Spender;
  /** Position of the calls in the ledger. `seqBefore` is added to the number of each step. */
  ledger: { kind: 'eval' | 'replay'; createdAt: Date; executionId: bigint; seqBefore: number };
  deadline: Date;
  /** Stores the chain, in the transaction of a reservation or a settlement. Returns false if the rehearsal is lost. */
  store(trx: Transaction<DB>, steps: readonly ModelStep[]): Promise<boolean>;
};

/** The end of a rehearsal, and the rehearsal's chain. */
export type Rehearsed = { end: End; steps: readonly ModelStep[] };

/** A different process has the rehearsal, or the rehearsal was cancelled. Paid calls are settled. */
export class RehearsalLost extends Error {}

/** The chain of a rehearsal that has not begun. */
export const firstSteps: readonly ModelStep[] = [newStep(1, 'model_call', {})];

export function newStep(seq: number, kind: ModelStep['kind'], request: JsonObject): ModelStep {
  return { seq, kind, status: 'intent', request, attempts: 0, formerAttempts: 0, result: null };
}

/** Returns the chain with one of its steps replaced. */
export function withStep(steps: readonly ModelStep[], changed: ModelStep): ModelStep[] {
  return steps.map((step) => (step.seq === changed.seq ? changed : step));
}
