import { retryConflicts } from '@drippulse/db';
import type { AgentDefinition } from '../agents/definition.ts';
import { type Asking, modelsOf, prepareCall } from '../calls/prepare.ts';
import { withRoom } from '../calls/room.ts';
import type { Context } from '../context.ts';
import { budgetExceeded } from '../ledger/exceeded.ts';
import { raiseFor } from '../ledger/raises.ts';
import { requireLlm } from '../model-connections/require-llm.ts';
import { parsePolicy } from '../policies/policy.ts';
import { toolPolicyOf } from '../policies/tool-policy.ts';
import type { Asked } from './asked.ts';
import { insertQueued } from './insert-queued.ts';
import type { ExecutionView } from './rows.ts';

/** Whether executions of an agent call a model. Executions in test mode have a generated output, and cost nothing. */
export function callsModel({ work, agent }: AgentDefinition): boolean {
  return work.kind === 'llm' && agent.mode === 'live';
}

/**
 * Inserts an execution with the reservation of its first call. If the budgets have no room, inserts no row, unless a
 * person may be asked for room. Returns undefined if the key already has an execution.
 */
export async function insertReserved(
  ctx: Context,
  definition: AgentDefinition,
  asked: Asked,
): Promise<ExecutionView | undefined> {
  const { agent, bounds, template } = definition;
  const { id: agentId, organization_id: organizationId, mode } = agent;
  const asking: Asking = {
    organizationId,
    prompt: template?.prompt ?? '',
    configuration: definition.configuration,
    outputSchema: template?.output_schema ?? null,
    input: asked.inputText,
    steps: [],
    bounds,
    place: { policies: [toolPolicyOf(parsePolicy(definition.policy))], hasEnrollment: asked.source !== undefined },
  };
  const llm = await requireLlm(ctx, organizationId);
  const models = modelsOf(llm, bounds);
  const prepare = (model: string) => prepareCall(ctx, llm, asking, model);
  const payer = { organizationId, agentId, mode };
  const reserved = await withRoom(ctx, payer, models, prepare, async (trx, _prepared, reserveCall) => {
    const view = await insertQueued(ctx, trx, definition, asked);
    if (view === undefined) return undefined;
    const call = { createdAt: view.created_at, executionId: view.id, seq: 1, attempt: 1 };
    const spender = {
      ...{ organizationId, agentId, executionId: view.id },
      workflowId: view.source_workflow_id,
      enrollmentId: view.source_enrollment_id,
      executionPicoUsd: bounds.executionPicoUsd,
      agentDayPicoUsd: bounds.agentDayPicoUsd,
      raised: new Map(),
    };
    const timeoutMs = bounds.timeoutSeconds * 1000;
    await reserveCall(trx, call, { spender, kind: view.kind, timeoutMs, isSent: false });
    return view;
  });
  if (!('exceeded' in reserved)) return reserved.value;
  const asks = bounds.asksForRoom && raiseFor(reserved.exceeded, bounds.executionPicoUsd) !== undefined;
  if (!asks) throw budgetExceeded(reserved.exceeded);
  // The first attempt of this execution will find no room again, and will ask a person.
  return retryConflicts(() => ctx.db.kysely.transaction().execute((trx) => insertQueued(ctx, trx, definition, asked)));
}
