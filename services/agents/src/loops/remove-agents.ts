import { type Loop, startLoop } from '@drippulse/loops';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { cancelExecution } from '../executions/cancel.ts';
import { afterEnd } from '../executions/record-ends.ts';
import { activeStatuses } from '../executions/rows.ts';

const sliceRows = 500;

type Removed = { id: bigint; organization_id: bigint };

/**
 * Cancels the executions of deleted agents, removes the executions' rows slice by slice, and removes the agents last.
 */
export function startRemoveAgents(ctx: Context): Loop {
  return startLoop({
    name: 'remove agents',
    log: ctx.log,
    maxIdleMs: 60_000,
    async run(signal) {
      const { rows } = await sql<Removed>`
        select id, organization_id from agents where deleted_at is not null order by id limit 50`.execute(
        ctx.db.kysely,
      );
      let isMore = false;
      for (const agent of rows) {
        if (signal.aborted) return undefined;
        isMore = (await removeSlice(ctx, agent)) || isMore;
      }
      return isMore ? 0 : 60_000;
    },
  });
}

/**
 * Removes a slice of an agent's rows. Returns whether more rows can be removed now. Executions whose enrollment has not
 * ended stay until a later run.
 */
async function removeSlice(ctx: Context, agent: Removed): Promise<boolean> {
  if (await cancelSlice(ctx, agent)) return true;
  return ctx.db.kysely.transaction().execute(async (trx) => {
    const { rows } = await sql<{ created_at: Date; id: bigint }>`
      delete from executions where id in (
        select id from executions where agent_id = ${agent.id} and wake_at is null order by id limit ${sliceRows} for update skip locked)
      returning created_at, id`.execute(trx);
    const [times, ids] = [rows.map((row) => row.created_at), rows.map((row) => row.id)];
    for (const table of ['execution_texts', 'execution_steps'] as const) {
      await sql`
        delete from ${sql.table(table)} as own using unnest(${times}::timestamptz[], ${ids}::bigint[]) as gone (created_at, id)
        where own.created_at = gone.created_at and own.execution_id = gone.id`.execute(trx);
    }
    if (rows.length > 0) return true;
    // Deletes the jobs of active trainings and eval runs. Their data is deleted with the jobs.
    await sql`
      delete from jobs where id in (
        select id from trainings where agent_id = ${agent.id} union all select id from eval_runs where agent_id = ${agent.id})`.execute(
      trx,
    );
    const { numAffectedRows } = await sql`
      delete from agents where id = ${agent.id} and not exists (select from executions where agent_id = ${agent.id})`.execute(
      trx,
    );
    if (numAffectedRows === 1n) {
      await sql`delete from execution_counts where organization_id = ${agent.organization_id} and agent_id = ${agent.id}`.execute(
        trx,
      );
      await sql`delete from agent_logs where organization_id = ${agent.organization_id} and agent_id = ${agent.id}`.execute(
        trx,
      );
    }
    return false;
  });
}

async function cancelSlice(ctx: Context, { id: agentId, organization_id: organizationId }: Removed): Promise<boolean> {
  const active = await ctx.db.kysely
    .selectFrom('executions')
    .select('id')
    .where('organization_id', '=', organizationId)
    .where('agent_id', '=', agentId)
    .where('status', 'in', [...activeStatuses])
    .limit(sliceRows)
    .execute();
  for (const { id } of active) {
    const view = await ctx.db.kysely.transaction().execute((trx) => cancelExecution(ctx, trx, { organizationId, id }));
    if (view !== undefined) afterEnd(ctx, view);
  }
  if (active.length > 0) ctx.wake.executions();
  return active.length > 0;
}
