import { timestampDate } from '@bufbuild/protobuf/wkt';
import { type JsonObject, parseJson, stringifyJson } from '@drippulse/json';
import type { PerformEffectRequest } from '@drippulse/proto/drippulse/journeys/v1/effects_pb';
import type { Caller } from '@drippulse/rpc';
import type { Asked } from '../executions/asked.ts';
import { isJsonObject } from '../json-objects.ts';

/** A workflow step that requests an execution. */
export type AskedEffect = { key: string; attempt: number; plannedAt: Date; enrollmentId: bigint; asked: Asked };

/** Reads the request of a step. `refused` is the reason why the request can never be performed. */
export function readEffect(caller: Caller, request: PerformEffectRequest): AskedEffect | { refused: string } {
  const { key, kind, attempt, plannedAt, workflowId, enrollmentId, cause } = request;
  const read = parsed(request.request);
  if (read === undefined) return { refused: 'the request of the step is not valid' };
  const agentId = agentIdOf(read, request.agentId);
  if (agentId === undefined) return { refused: 'no agent is named, neither by the step nor by the enrollment' };
  if (kind !== 'agent' && kind !== 'score_lead') return { refused: `agents perform no ${kind}` };
  const given = kind === 'agent' ? read['input'] : read['lead'];
  if (!isJsonObject(given)) return { refused: 'the input of the step must be an object' };
  const hops = caller.actor.type === 'workflow' ? caller.actor.hops : request.hops;
  return {
    ...{ key, attempt, enrollmentId },
    plannedAt: plannedAt === undefined ? new Date(0) : timestampDate(plannedAt),
    asked: {
      caller,
      agentId,
      kind: kind === 'agent' ? 'execute' : 'score_lead',
      input: given,
      inputText: stringifyJson(given),
      key: undefined,
      correlationId: key,
      cause: cause === '' ? undefined : cause,
      source: { effectKey: key, workflowId, enrollmentId, hops },
    },
  };
}

function parsed(request: Uint8Array): JsonObject | undefined {
  try {
    const value = parseJson(Buffer.from(request).toString());
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Returns the agent that the step names. If the step names no agent, returns the agent of the enrollment. */
function agentIdOf({ agent_id: named }: JsonObject, ofEnrollment: bigint | undefined): bigint | undefined {
  if (named === null || named === undefined) return ofEnrollment;
  return /^\d{1,16}$/.test(String(named)) ? BigInt(String(named)) : undefined;
}
