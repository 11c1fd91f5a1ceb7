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

/** What an execution has got from outside, which a rehearsal gets in its place. */
export type RecordedWorld = {
  tools: readonly Pick<ToolStep, 'kind' | 'request' | 'result'>[];
  /** Results of model calls by the bytes of their requests. */
  answers: ReadonlyMap<string, ModelStep['result']>;
};

/**
 * An execution by a model that performs nothing: its tools answer what is recorded, or that they were not performed.
 */
export type Rehearsal = {
  prompt: string;
  configuration: JsonObject;
  outputSchema: string | null;
  input: string;
  bounds: Bounds;
  place: CallPlace;
  recorded: RecordedWorld;
  /** Whose money it is. */
  payer: Payer;
  spender: Spender;
  /** Its calls in the ledger: their kind, and the place from which their steps are numbered. */
  ledger: { kind: 'eval' | 'replay'; createdAt: Date; executionId: bigint; seqBefore: number };
  deadline: Date;
  /**
   * Stores the chain, in the transaction of a reservation or a settlement. False: the rehearsal is somebody else's by
   * now.
   */
  store(trx: Transaction<DB>, steps: readonly ModelStep[]): Promise<boolean>;
};

/** How a rehearsal ended. */
export type Rehearsed = { end: End; steps: readonly ModelStep[] };

/** Somebody else has the rehearsal, or it was cancelled. What was paid is settled. */
export class RehearsalLost extends Error {}

/** A chain that has not begun. */
export const firstSteps: readonly ModelStep[] = [newStep(1, 'model_call', {})];

export function newStep(seq: number, kind: ModelStep['kind'], request: JsonObject): ModelStep {
  return { seq, kind, status: 'intent', request, attempts: 0, formerAttempts: 0, result: null };
}

/** The chain with another state of one of its steps. */
export function withStep(steps: readonly ModelStep[], changed: ModelStep): ModelStep[] {
  return steps.map((step) => (step.seq === changed.seq ? changed : step));
}
