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
  /** Key of the caller; undefined: every call starts an execution. */
  key: string | undefined;
  correlationId: string | undefined;
  /** Cause of the chain that the execution continues. */
  cause: string | undefined;
  /** The step that asks for the execution. Keys of steps are separate from those of callers. */
  source?: { effectKey: string; workflowId: bigint; enrollmentId: bigint; hops: number };
};

/** An execution, and whether its key had started it earlier. */
export type Started = { view: ExecutionView; replayed: boolean };

/** Hashes the key by which an execution is found, forever. Keys of steps never collide with those of callers. */
export function keyHashOf({ key, source }: Pick<Asked, 'key' | 'source'>): Buffer | null {
  const text = source === undefined ? key && `key:${key}` : `effect:${source.effectKey}`;
  return text === undefined || text === '' ? null : createHash('sha256').update(text).digest();
}

/** Returns the fingerprint of a request. The order of the members in its input does not matter. */
export function fingerprintOf({ kind, input }: Pick<Asked, 'kind' | 'input'>): Buffer {
  return createHash('sha256')
    .update(`${kind}\n${canonicalJson(input)}`)
    .digest();
}

/** Returns the trace id of the request that is being served. */
export function currentTraceId(): string | null {
  return activeTraceparent()?.split('-')[1] ?? null;
}
