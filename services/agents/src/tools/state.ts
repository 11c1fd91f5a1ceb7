import type { JsonObject } from '@drippulse/json';

/** The result of an attempt of a tool step. */
export type ToolResult =
  /** The call was performed. Its output is sent to the model. */
  | { outcome: 'succeeded'; output: JsonObject }
  /** The call was not performed, and a repeat would not change that. The model gets the reason. */
  | { outcome: 'refused'; why: 'denied' | 'invalid' | 'failed'; problem: string }
  /**
   * The call was not performed, or its outcome is unknown. The next attempt may succeed with the same key and bytes.
   */
  | { outcome: 'passing'; error: string; retryAfterSeconds?: number }
  /** A person was asked, and has not answered yet. */
  | { outcome: 'waiting' }
  /** A person has approved. The approved call is stored with the approval, and is read again before it is performed. */
  | { outcome: 'approved' }
  | { outcome: 'failed'; code: string; message: string };

/** A tool step in the chain of an execution. */
export type ToolStep = {
  seq: number;
  kind: 'tool_call' | 'approval';
  request: ToolRequest;
  attempts: number;
  /** Result of the last attempt. */
  result: ToolResult | null;
};

/** The call as the model requested it, with the same bytes for every attempt. */
export type ToolRequest = { call_id: string; name: string; input: string };

/** A step to add to the chain. */
export type PlannedTool = { kind: ToolStep['kind']; request: ToolRequest };

/** The next action for an execution's tools. */
export type ToolNext =
  /** Commit the intents of all these steps, or of none. */
  | { do: 'plan'; steps: readonly PlannedTool[] }
  /** Ask the model again, with the results of the calls. */
  | { do: 'ask_model' }
  /** Begin another attempt of this step, then perform the call or ask for its approval. */
  | { do: 'perform'; seq: number }
  /** Wait for a decision. The wait does not count against the deadline. */
  | { do: 'park' }
  | { do: 'wait'; ms: number }
  | { do: 'end'; end: { status: 'failed'; code: string; message: string } };
