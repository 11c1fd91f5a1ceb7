import type { JsonObject } from '@drippulse/json';

/** What an attempt of a step of a tool came to. */
export type ToolResult =
  /** Performed. The output goes to the model. */
  | { outcome: 'succeeded'; output: JsonObject }
  /** Not performed, and nothing would change that. The model gets the reason. */
  | { outcome: 'refused'; why: 'denied' | 'invalid' | 'failed'; problem: string }
  /** It did not happen, or nobody knows, and the next attempt may succeed: by the same key and bytes. */
  | { outcome: 'passing'; error: string; retryAfterSeconds?: number }
  /** A person was asked, and has not answered. */
  | { outcome: 'waiting' }
  /** A person has said yes. What to is kept with the approval, and read again before anything is done. */
  | { outcome: 'approved' }
  | { outcome: 'failed'; code: string; message: string };

/** A step of a tool in the chain of an execution. */
export type ToolStep = {
  seq: number;
  kind: 'tool_call' | 'approval';
  request: ToolRequest;
  attempts: number;
  /** Of the last attempt. */
  result: ToolResult | null;
};

/** The call as the model asked for it: the same bytes for every attempt. */
export type ToolRequest = { call_id: string; name: string; input: string };

/** A step to be added to the chain. */
export type PlannedTool = { kind: ToolStep['kind']; request: ToolRequest };

/** What follows. */
export type ToolNext =
  /** Commit these intents, all of them or none. */
  | { do: 'plan'; steps: readonly PlannedTool[] }
  /** Ask the model again, with the results. */
  | { do: 'ask_model' }
  /** Begin one more attempt of this step, then make it: perform the call, or ask for the approval. */
  | { do: 'perform'; seq: number }
  /** Wait for a decision. The deadline does not count meanwhile. */
  | { do: 'park' }
  | { do: 'wait'; ms: number }
  | { do: 'end'; end: { status: 'failed'; code: string; message: string } };
