import type { HandlerContext } from '@connectrpc/connect';
import { databaseNow } from '@drippulse/db';
import { DomainError } from '@drippulse/errors';
import { type ApplyOperatorPlanRequest, OperatorService } from '@drippulse/proto/drippulse/crm/v1/operator_pb';
import { callerOf, modeOf } from '@drippulse/rpc';
import { transact } from '@drippulse/writes';
import type { Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { hintActivity, logActivity } from '../operator/activity.ts';
import { type Applying, carryOut, requireFound, requireRights } from '../operator/carry-out.ts';
import { findPlan, lockPlan, type PlanRow, parseOperations, planToProto, resourceOf } from '../operator/plan.ts';

/**
 * Applies a plan. Each operation records its result before the next one starts, so that a call after a crash continues
 * at that point.
 */
export async function applyOperatorPlan(ctx: Context, request: ApplyOperatorPlanRequest, call: HandlerContext) {
  const { kysely } = ctx.db;
  const plan = await findPlan(kysely, callerOf(call).organizationId, request.id);
  if (plan.status === 'applied') return { plan: await planToProto(kysely, plan) };
  if (plan.expires_at <= (await databaseNow(kysely))) throw expired();
  // Resources of a plan have the mode of the plan, even when a live caller applies the plan of a test key.
  const applying: Applying = { ctx, call, caller: { ...callerOf(call), mode: modeOf(plan.mode) }, plan };
  const operations = parseOperations(plan.operations);
  requireRights(applying.caller, operations);
  await requireFound(applying, operations);
  for (const operation of operations) {
    if (operation.status === 'planned') await carryOut(applying, operation);
  }
  const response = await transact(ctx, call, OperatorService.method.applyOperatorPlan, request, async (trx) => ({
    plan: await planToProto(trx, await finish(applying, trx)),
  }));
  ctx.relay.wake();
  hintActivity(ctx, applying.caller);
  return response;
}

/** Marks the plan as applied. Of parallel calls, only one writes the log line. */
async function finish({ ctx, caller, plan }: Applying, trx: Transaction<DB>): Promise<PlanRow> {
  const locked = await lockPlan(trx, plan);
  if (locked.status === 'applied') return locked;
  const operations = parseOperations(locked.operations);
  const [workflowId, leadFormId] = (['workflow', 'form'] as const).map((key) => resourceOf(operations, key));
  await logActivity(ctx, trx, caller, {
    kind: 'plan_apply',
    name: operations.find(({ key }) => key === 'workflow')?.name ?? '',
    plan,
    workflowId: workflowId === undefined ? null : BigInt(workflowId),
    leadFormId: leadFormId === undefined ? null : BigInt(leadFormId),
  });
  return trx
    .updateTable('operator_plans')
    .set({ status: 'applied', applied_at: ctx.clock.now() })
    .where('organization_id', '=', plan.organization_id)
    .where('id', '=', plan.id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

function expired(): DomainError {
  const message = 'The plan is older than 12 hours: preview the same goal and answers again.';
  return new DomainError('failed_precondition', 'operator_plan_expired', message);
}
