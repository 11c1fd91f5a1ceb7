import type { JsonObject } from '@drippulse/json';
import type { Raise } from '../ledger/raises.ts';
import type { Answer } from '../llm/read-answer.ts';
import type { ToolRequest, ToolResult, ToolStep } from '../tools/state.ts';

/** What an attempt of a step came to. */
export type ModelResult =
  | { outcome: 'succeeded'; answer: StoredAnswer }
  /** It did not happen, and the next attempt may succeed. */
  | { outcome: 'passing'; error: string; retryAfterSeconds?: number }
  /** Nobody knows whether it happened. */
  | { outcome: 'uncertain'; error: string }
  | { outcome: 'failed'; code: string; message: string };

/** An answer as a step keeps it. Its tokens are in the ledger. */
export type StoredAnswer = Pick<Answer, 'text' | 'toolCalls' | 'finish' | 'model'>;

/** The steps of tools in a chain, as `tools/` reads them. */
export function toolStepsOf(steps: readonly ModelStep[]): ToolStep[] {
  return steps.flatMap(({ seq, kind, request, attempts, result }) =>
    kind === 'tool_call' || kind === 'approval'
      ? // This service wrote them, with these members.
        [{ seq, kind, attempts, request: request as ToolRequest, result: result as unknown as ToolResult | null }]
      : [],
  );
}

/** A step that asks a person to raise a limit. */
export type RaiseStep = { seq: number; attempts: number; request: Raise; result: ToolResult | null };

export function raiseStepsOf(steps: readonly ModelStep[]): RaiseStep[] {
  return steps.flatMap(({ seq, kind, request, attempts, result }) =>
    kind === 'budget'
      ? // This service wrote them, with these members.
        [{ seq, attempts, request: request as Raise, result: result as unknown as ToolResult | null }]
      : [],
  );
}

/** Limits that people have raised, by the keys of their windows. */
export function raisedBy(steps: readonly ModelStep[]): Map<string, bigint> {
  const approved = raiseStepsOf(steps).filter(({ result }) => result?.outcome === 'approved');
  return new Map(approved.map(({ request }) => [request.key, BigInt(request.raised_to)]));
}

/** Names the call of an answer for the model. Ids that a model makes may be missing, or the same. */
export function callIdOf(seq: number, index: number): string {
  return `call_${seq}_${index}`;
}

/** A step of a chain: an intent that is committed before anything is sent, then a result. */
export type ModelStep = {
  seq: number;
  kind: 'model_call' | 'repair' | 'tool_call' | 'approval' | 'budget';
  status: 'intent' | 'succeeded' | 'failed';
  /**
   * Of a `repair` what was wrong; of a `tool_call` and an `approval` what is to be done; of a `budget` the raise that
   * is asked for.
   */
  request: JsonObject;
  /** Attempts that were begun, since the key last started the execution. One without a result was interrupted. */
  attempts: number;
  /** Attempts that were begun before. */
  formerAttempts: number;
  /** Of the last attempt. Those of tools are read by `toolStepsOf`, and those of raises by `raiseStepsOf`. */
  result: ModelResult | null;
};
