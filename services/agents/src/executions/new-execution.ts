import { randomUUID } from 'node:crypto';
import { type JsonObject, stringifyJson } from '@drippulse/json';
import type { AgentDefinition } from '../agents/definition.ts';
import { type Asked, currentTraceId, fingerprintOf, keyHashOf } from './asked.ts';
import type { NewExecution, NewStep } from './insert.ts';
import { peopleIn } from './people.ts';

/** The columns of every new execution, whether it ends immediately or later. */
export type Base = Omit<
  NewExecution,
  'status' | 'output' | 'started_at' | 'finished_at' | 'wake_at' | 'deadline_at' | 'steps'
>;

export function newExecution(
  { agent, template, configuration, policy, work }: AgentDefinition,
  asked: Asked,
  now: Date,
): Base {
  const { caller, source, kind, inputText } = asked;
  return {
    key: randomUUID(),
    organization_id: agent.organization_id,
    agent_id: agent.id,
    mode: agent.mode,
    kind,
    ...placeOf(work, agent.mode),
    idempotency_key: asked.key ?? null,
    key_hash: keyHashOf(asked),
    fingerprint: fingerprintOf(asked),
    correlation_id: asked.correlationId ?? null,
    trace_id: currentTraceId(),
    template_id: template?.id ?? null,
    template_version: template?.version ?? null,
    source_workflow_id: source?.workflowId ?? null,
    source_enrollment_id: source?.enrollmentId ?? null,
    cause: asked.cause ?? null,
    actor_type: caller.actor.type,
    actor_id: caller.actor.id,
    hops: source?.hops ?? 0,
    created_at: now,
    input: inputText,
    configuration: stringifyJson(configuration),
    policy,
    people: peopleIn(asked.input),
  };
}

/** Returns the kind of work and its destination. Agents in test mode call neither a model nor remote code. */
function placeOf(work: AgentDefinition['work'], mode: string): { work: string; destination: string } {
  if (work.kind === 'workflow') return { work: 'workflow', destination: 'runtime' };
  if (mode === 'live' && work.kind === 'remote_code') return { work: 'code', destination: `code:${work.codeId}` };
  if (mode === 'live' && work.kind === 'llm') return { work: 'llm', destination: 'llm' };
  return { work: 'decide', destination: 'none' };
}

/** Returns the remaining columns of an execution that a process works on later. */
export function queued({ agent, bounds, work }: AgentDefinition, { input }: Asked, { key }: Base, now: Date) {
  const step = firstStep(work, () => bodyOf(agent.id, key, input, now), input);
  const deadline = new Date(now.getTime() + bounds.timeoutSeconds * 1000);
  return {
    status: 'queued',
    output: null,
    started_at: null,
    finished_at: null,
    // A time in 1970 makes the execution due immediately, even if the clock of this process is wrong.
    wake_at: new Date(0),
    deadline_at: deadline,
    steps: [step],
  };
}

/** Returns the first step. A model call has no request yet: each attempt chooses its model and renders the request. */
function firstStep({ kind }: AgentDefinition['work'], body: () => string, input: JsonObject): NewStep {
  if (kind === 'workflow') return { kind: 'enroll', status: 'intent', request: input };
  if (kind === 'llm') return { kind: 'model_call', status: 'intent', request: {} };
  return { kind: 'code_call', status: 'intent', request: { body: body() } };
}

/** Returns the body for remote code, which has the same bytes on every attempt. */
function bodyOf(agentId: bigint, key: string, input: JsonObject, now: Date): string {
  return stringifyJson({
    id: `agx_${key}`,
    type: 'agent.execution',
    timestamp: now.toISOString(),
    data: { agent_id: Number(agentId), input },
  });
}
