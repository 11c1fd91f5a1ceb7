import type { JsonObject } from '@drippulse/json';
import type { Raise } from '../ledger/raises.ts';
import type { Answer } from '../llm/read-answer.ts';
import type { ToolRequest, ToolResult, ToolStep } from '../tools/state.ts';

/** The result of one attempt of a step. */
export type ModelResult =
  | { outcome: 'succeeded'; answer: StoredAnswer }
  /** The call did not happen, and the next attempt may succeed. */
  | { outcome: 'passing'; error: string; retryAfterSeconds?: number }
  /** The outcome of the call is unknown. */
  | { outcome: 'uncertain'; error: string }
  | { outcome: 'failed'; code: string; message: string };

/** A model's answer in the form in which a step stores it. The token counts are stored in the ledger. */
export type StoredAnswer = Pick<Answer, 'text' | 'toolCalls' | 'finish' | 'model'>;

/** Returns the tool steps of a chain, in the form that the code in `tools/` expects. */
export function toolStepsOf(steps: readonly ModelStep[]): ToolStep[] {
  return steps.flatMap(({ seq, kind, request, attempts, result }) =>
    kind === 'tool_call' || kind === 'approval'
      ? // this service wrote them, with these members
        [{ seq, kind, attempts, request: request as ToolRequest, result: result as unknown as ToolResult | null }]
      : [],
  );
}

/** A step that asks a person to raise a limit. */
export type RaiseStep = { seq: number; attempts: number; request: Raise; result: ToolResult | null };

export function raiseStepsOf(steps: readonly ModelStep[]): RaiseStep[] {
  return steps.flatMap(({ seq, kind, request, attempts, result }) =>
    kind === 'budget'
      ? // this service wrote them, with these members
        [{ seq, attempts, request: request as Raise, result: result as unknown as ToolResult | null }]
      : [],
  );
}

/** Returns the limits that people have raised, by window key. */
export function raisedBy(steps: readonly ModelStep[]): Map<string, bigint> {
  const approved = raiseStepsOf(steps).filter(({ result }) => result?.outcome === 'approved');
  return new Map(approved.map(({ request }) => [request.key, BigInt(request.raised_to)]));
}

/**
 * Returns the id by which the model refers to a call in its answer. The ids that models generate are not used, because
 * they may be missing or repeated.
 */
export function callIdOf(seq: number, index: number): string {
  return `call_${seq}_${index}`;
}

/** A step of a chain. The step's intent is committed before anything is sent, and its result afterwards. */
export type ModelStep = {
  seq: number;
  kind: 'model_call' | 'repair' | 'tool_call' | 'approval' | 'budget';
  status: 'intent' | 'succeeded' | 'failed';
  /**
   * The content depends on `kind`: for a `repair`, the problem of the answer; for a `tool_call` or an `approval`, the
   * call to be performed; for a `budget`, the requested raise.
   */
  request: JsonObject;
  /**
   * Number of attempts since the execution was last started with its key. An attempt without a result was interrupted.
   */
  attempts: number;
  /** Number of attempts before the execution was last started with its key. */
  formerAttempts: number;
  /** Result of the last attempt. Read it with `toolStepsOf` for tool steps, and with `raiseStepsOf` for raises. */
  result: ModelResult | null;
};
