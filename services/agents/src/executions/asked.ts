import { createHash } from 'node:crypto';
import type { JsonObject } from '@drippulse/json';
import { activeTraceparent } from '@drippulse/observability';
import type { Caller } from '@drippulse/rpc';
import { canonicalJson } from '../json-objects.ts';
import type { ExecutionView } from './rows.ts';

export type ExecutionKind = 'execute' | 'inference' | 'score_lead';

/** An execution that somebody asks for. */
export type Asked = {
  caller: Caller;
  agentId: bigint;
  kind: ExecutionKind;
  input: JsonObject;
  /** Its text as it came. */
  inputText: string;
  /** Key of the caller; undefined: each call acts anew. */
  key: string | undefined;
  correlationId: string | undefined;
  /** Cause of the chain that it continues. */
  cause: string | undefined;
  /** The step that asks for it. Keys of steps are apart from those of callers. */
  source?: { effectKey: string; workflowId: bigint; enrollmentId: bigint; hops: number };
};

/** An execution, and whether its key had started it before. */
export type Started = { view: ExecutionView; replayed: boolean };

/** What makes an execution findable by its key, for ever. Keys of steps never meet those of callers. */
export function keyHashOf({ key, source }: Pick<Asked, 'key' | 'source'>): Buffer | null {
  const text = source === undefined ? key && `key:${key}` : `effect:${source.effectKey}`;
  return text === undefined || text === '' ? null : createHash('sha256').update(text).digest();
}

/** The same for the same request, in whatever order the members of its input came. */
export function fingerprintOf({ kind, input }: Pick<Asked, 'kind' | 'input'>): Buffer {
  return createHash('sha256')
    .update(`${kind}\n${canonicalJson(input)}`)
    .digest();
}

/** Id of the trace of the request that is being served. */
export function currentTraceId(): string | null {
  return activeTraceparent()?.split('-')[1] ?? null;
}
