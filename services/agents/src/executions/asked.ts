import { createHash } from 'node:crypto';
import type { JsonObject } from '@drippulse/json';
import { activeTraceparent } from '@drippulse/observability';
import type { Caller } from '@drippulse/rpc';
import { canonicalJson } from '../json-objects.ts';
import type { ExecutionView } from './rows.ts';

export type ExecutionKind = 'execute' | 'inference' | 'score_lead';

/** A request for an execution. */
export type Asked = {
  caller: Caller;
  agentId: bigint;
  kind: ExecutionKind;
  input: JsonObject;
  /** The text of the input, as received. */
  inputText: string;
  /** The caller's idempotency key. If undefined, every call starts an execution. */
  key: string | undefined;
  correlationId: string | undefined;
  /** Cause whose chain the execution continues. */
  cause: string | undefined;
  /** The step that asks for the execution. Keys of steps and keys of callers have separate namespaces. */
  source?: { effectKey: string; workflowId: bigint; enrollmentId: bigint; hops: number };
};

/** An execution, and whether an earlier request with the key had already started it. */
export type Started = { view: ExecutionView; replayed: boolean };

/**
 * Hashes a key. The execution can always be found by this hash. The key of a step never collides with a caller's key.
 */
export function keyHashOf({ key, source }: Pick<Asked, 'key' | 'source'>): Buffer | null {
  const text = source === undefined ? key && `key:${key}` : `effect:${source.effectKey}`;
  return text === undefined || text === '' ? null : createHash('sha256').update(text).digest();
}

/** Returns the fingerprint of a request. The order of the members in the input does not matter. */
export function fingerprintOf({ kind, input }: Pick<Asked, 'kind' | 'input'>): Buffer {
  return createHash('sha256')
    .update(`${kind}\n${canonicalJson(input)}`)
    .digest();
}

/** Returns the trace id of the request that is being served. */
export function currentTraceId(): string | null {
  return activeTraceparent()?.split('-')[1] ?? null;
}
