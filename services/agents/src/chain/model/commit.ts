import { noteThresholds } from '@drippulse/entitlements';
import { stringifyJson } from '@drippulse/json';
import { sql, type Transaction } from 'kysely';
import type { ModelResult } from '../../calls/step.ts';
import type { Context } from '../../context.ts';
import type { DB } from '../../db/schema.ts';
import { countSpent } from '../../ledger/count-spent.ts';
import type { Settlement } from '../../ledger/outcomes.ts';
import type { Raise } from '../../ledger/raises.ts';
import { type Call, settle, type Tokens } from '../../ledger/spend.ts';
import type { Claimed } from '../claim.ts';
import { lockOwn } from '../commits.ts';
import type { PlannedStep } from './state.ts';

/**
 * Commits the result of an attempt with its cost. If this process has lost the execution, settles the cost, discards
 * the answer, and returns false.
 */
export async function commitAnswer(
  ctx: Context,
  claimed: Claimed,
  o: { call: Call; result: ModelResult; settlement: Settlement; tokens: Tokens },
): Promise<boolean> {
  const { call, result } = o;
  const isOwn = await ctx.db.kysely.transaction().execute(async (trx) => {
    const own = await lockOwn(trx, claimed);
    if (own) await storeResult(trx, claimed, call, result);
    if (await settle(trx, call, o.settlement, o.tokens)) await notePlan(trx, claimed.organization_id);
    return own;
  });
  ctx.metrics.modelCalled(o.settlement.state, o.settlement.chargePicoUsd);
  return isOwn;
}

async function storeResult(trx: Transaction<DB>, { id }: Claimed, call: Call, result: ModelResult): Promise<void> {
  const status = result.outcome === 'succeeded' || result.outcome === 'failed' ? result.outcome : 'intent';
  await sql`
    update execution_steps set status = ${status}, result = ${stringifyJson(result)},
      ended_at = case when ${status} <> 'intent' then clock_timestamp() end
    where created_at = ${call.createdAt} and execution_id = ${id} and seq = ${call.seq}`.execute(trx);
  if (status !== 'intent') return;
  const message = `Attempt ${call.attempt} of the model call failed and may pass`;
  await sql`
    insert into agent_logs (at, organization_id, agent_id, execution_id, seq, level, message)
    select clock_timestamp(), organization_id, agent_id, id, ${call.seq}, 'warn', ${message} from executions where id = ${id}`.execute(
    trx,
  );
}

/**
 * Records each threshold of the plan's cost limit that this month's spend has reached, so that an event announces it.
 */
export async function notePlan(trx: Transaction<DB>, organizationId: bigint): Promise<void> {
  const { rows } = await sql<{ used: bigint }>`
    select ${countSpent(organizationId)} as used from usage_limits
    where organization_id = ${organizationId} and meter = 'llm_cost_usd'`.execute(trx);
  const [row] = rows;
  if (row === undefined) return;
  await noteThresholds(trx, [{ organizationId, meter: 'llm_cost_usd', used: row.used }], sql<Date>`now()`);
}

/** Commits the intents of further steps. Returns false if this process has lost the execution. */
export async function commitPlan(ctx: Context, claimed: Claimed, steps: readonly PlannedStep[]): Promise<boolean> {
  return ctx.db.kysely.transaction().execute(async (trx) => {
    if (!(await lockOwn(trx, claimed))) return false;
    await insertSteps(trx, claimed, steps);
    return true;
  });
}

/**
 * Commits two facts: that a budget refused a step, and that the next step asks a person for a raise. Returns false if
 * this process has lost the execution.
 */
export async function commitQuestion(
  ctx: Context,
  claimed: Claimed,
  { seq, refusal, raise }: { seq: number; refusal: string; raise: Raise },
): Promise<boolean> {
  return ctx.db.kysely.transaction().execute(async (trx) => {
    if (!(await lockOwn(trx, claimed))) return false;
    const result: ModelResult = { outcome: 'failed', code: 'budget_exceeded', message: refusal };
    await sql`
      update execution_steps set status = 'failed', result = ${stringifyJson(result)}, ended_at = clock_timestamp()
      where created_at = ${claimed.created_at} and execution_id = ${claimed.id} and seq = ${seq}`.execute(trx);
    await insertSteps(trx, claimed, [{ kind: 'budget', request: raise }]);
    return true;
  });
}

async function insertSteps(
  trx: Transaction<DB>,
  { id, created_at: createdAt, organization_id: organizationId }: Claimed,
  steps: readonly PlannedStep[],
): Promise<void> {
  const planned = steps.map(({ kind, request }, index) => ({
    place: index + 1,
    kind,
    request: stringifyJson(request),
  }));
  await sql`
    insert into execution_steps (created_at, execution_id, seq, organization_id, kind, status, request, planned_at)
    select ${createdAt}, ${id}, place + (
        select max(seq) from execution_steps where created_at = ${createdAt} and execution_id = ${id}),
      ${organizationId}, kind, 'intent', request, clock_timestamp()
    from json_to_recordset(${JSON.stringify(planned)}::json) as step (place int, kind text, request text)`.execute(trx);
}
