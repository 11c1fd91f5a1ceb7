import type { HandlerContext } from '@connectrpc/connect';
import { DomainError, refuseViolations } from '@drippulse/errors';
import { type AgentDefinition, loadForRequest } from '../agents/definition.ts';
import type { Context } from '../context.ts';
import { validate } from '../schemas/validate.ts';
import type { Asked, Started } from './asked.ts';
import { type Decided, type Decision, prepareDecision } from './decide.ts';
import { insertNew } from './insert-new.ts';
import { callsModel } from './insert-reserved.ts';
import { afterEnd } from './record-ends.ts';
import { findByKey, restart } from './repeat.ts';
import { isActive } from './rows.ts';
import { stubOf } from './stub.ts';

/**
 * Starts an execution, or finds the execution of its key. If the work is decided immediately, the execution has ended
 * on return. Otherwise it is queued, and the loop of this process is woken. A refusal leaves no row and does not use up
 * the key.
 */
export async function startExecution(ctx: Context, asked: Asked, from?: HandlerContext): Promise<Started> {
  const definition = await loadForRequest(ctx, asked.caller.organizationId, asked.agentId);
  requireKind(definition, asked);
  const known = await findByKey(ctx.db.kysely, asked);
  if (known !== undefined) return (await restart(ctx, definition, known)) ?? { view: known, replayed: true };
  try {
    requireStartable(definition, asked);
    const decision = callsModel(definition) ? undefined : await prepare(ctx, definition, asked, from);
    const started = await insertNew(ctx, definition, asked, decision);
    if (started === undefined) {
      // A concurrent request took the key, and has committed by now.
      const other = await findByKey(ctx.db.kysely, asked);
      if (other === undefined) throw new DomainError('aborted', 'idempotency_in_progress', 'The key is being used.');
      return { view: other, replayed: true };
    }
    if (isActive(started)) ctx.wake.executions();
    else afterEnd(ctx, started);
    return { view: started, replayed: false };
  } catch (error) {
    if (error instanceof DomainError) ctx.metrics.executionRefused(error.reason);
    throw error;
  }
}

/** Refuses a kind of request that the agent does not serve. */
function requireKind({ agent, work }: AgentDefinition, { kind }: Asked): void {
  if (kind === 'score_lead' && work.kind !== 'scorer') {
    throw wrongType('score_lead needs an agent whose template is a scorer.');
  }
  if (kind === 'inference' && agent.type !== 'template') throw wrongType('inference needs an agent of type template.');
}

function wrongType(message: string): DomainError {
  return new DomainError('failed_precondition', 'wrong_agent_type', message);
}

function requireStartable({ agent, template, work }: AgentDefinition, { input }: Asked): void {
  if (agent.status !== 'active') {
    const why = agent.status === 'paused' ? 'The agent is paused.' : (agent.status_reason ?? 'The agent has an error.');
    throw new DomainError('failed_precondition', 'agent_not_active', why);
  }
  if (work.kind === 'missing_code') {
    const message = `The code ${work.codeId} is no longer registered in this installation.`;
    throw new DomainError('failed_precondition', 'agent_not_active', message);
  }
  const schema = work.kind === 'built_in_code' || work.kind === 'remote_code' ? work.code.inputSchema : null;
  for (const one of [template?.input_schema ?? null, schema]) {
    if (one !== null) refuseViolations(validate(one, input, 'input'));
  }
}

async function prepare(
  ctx: Context,
  definition: AgentDefinition,
  asked: Asked,
  from: HandlerContext | undefined,
): Promise<Decision | undefined> {
  const { agent, work, template } = definition;
  if (work.kind === 'llm') return stub(template?.output_schema ?? null);
  if (work.kind === 'remote_code' && agent.mode === 'test') return stub(work.code.outputSchema);
  if (work.kind !== 'scorer' && work.kind !== 'router' && work.kind !== 'built_in_code') return undefined;
  return prepareDecision(ctx, { caller: asked.caller, from }, { ...definition, work }, asked.input);
}

/** Returns a decision with a generated output, for agents in test mode. */
function stub(outputSchema: string | null): Decided {
  return { output: stubOf(outputSchema), decision: { stub: true } };
}
