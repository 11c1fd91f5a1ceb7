import { type RawBuilder, sql } from 'kysely';
import type { Context } from '../context.ts';
import { isLaneSuspended } from '../lanes/lane.ts';
import { wakeLanes } from '../lanes/wake-lane.ts';
import type { ClaimedRun } from '../runs/claimed-run.ts';

/**
 * Extends the leases of runs right before their effects start. Returns the enrollments that may start: their run is
 * still leased with its fence, and their workflow is active. The other runs are given back, to be claimed when their
 * workflow is active again.
 */
export async function confirmLeases(ctx: Context, runs: readonly ClaimedRun[]): Promise<Set<bigint>> {
  return ctx.db.kysely.transaction().execute(async (trx) => {
    const { rows } = await sql<{ enrollment_id: bigint }>`
      update runs set lease_until = ${leaseEnd(ctx)}
      from ${leasedRows(runs)}, lanes
      where runs.workflow_id = leased.workflow_id and runs.enrollment_id = leased.enrollment_id
        and runs.fence = leased.fence
        and lanes.workflow_id = runs.workflow_id and lanes.running and not ${isLaneSuspended}
      returning runs.enrollment_id`.execute(trx);
    const started = new Set(rows.map((row) => row.enrollment_id));
    const others = runs.filter((run) => !started.has(run.identity.id));
    if (others.length > 0) await giveBackIn(ctx, trx, others);
    return started;
  });
}

/**
 * Extends the leases of runs whose effects are in flight, and returns the enrollments of these runs. A run that another
 * transaction has locked, for example because an event changes the run, is skipped until a later call. If this call
 * waited for such a run, all other leases could end in the meantime, and their effects would be repeated.
 */
export async function renewLeases(ctx: Context, runs: readonly ClaimedRun[]): Promise<ReadonlySet<bigint>> {
  const { rows } = await sql<{ enrollment_id: bigint }>`
    update runs set lease_until = ${leaseEnd(ctx)}
    from (
      select runs.workflow_id, runs.enrollment_id from ${leasedRows(runs)}, runs
      where runs.workflow_id = leased.workflow_id and runs.enrollment_id = leased.enrollment_id
        and runs.fence = leased.fence
      for update of runs skip locked) as free
    where runs.workflow_id = free.workflow_id and runs.enrollment_id = free.enrollment_id
    returning runs.enrollment_id`.execute(ctx.db.kysely);
  return new Set(rows.map((row) => row.enrollment_id));
}

/** Gives back runs whose effects were not started, so that other workers can claim them immediately. */
export async function giveBack(ctx: Context, runs: readonly ClaimedRun[]): Promise<void> {
  if (runs.length === 0) return;
  await ctx.db.kysely.transaction().execute((trx) => giveBackIn(ctx, trx, runs));
}

async function giveBackIn(
  ctx: Context,
  trx: Parameters<typeof wakeLanes>[0],
  runs: readonly ClaimedRun[],
): Promise<void> {
  const { rows } = await sql<{ workflow_id: bigint; wake_at: Date }>`
    update runs set wake_at = ${ctx.dbNow}, lease_until = null, fence = runs.fence + 1
    from ${leasedRows(runs)}
    where runs.workflow_id = leased.workflow_id and runs.enrollment_id = leased.enrollment_id
      and runs.fence = leased.fence
    returning runs.workflow_id, runs.wake_at`.execute(trx);
  await wakeLanes(
    trx,
    rows.map((row) => ({ workflowId: row.workflow_id, at: row.wake_at })),
  );
}

function leaseEnd(ctx: Context): RawBuilder<Date> {
  return sql`${ctx.dbNow} + make_interval(secs => ${ctx.config.leaseMs / 1000})`;
}

/**
 * Selects the leased rows by their fences. A fence belongs to one lease, because every end of a lease raises the fence.
 * A further condition on the lease would make PostgreSQL read every leased run of the workflow, because its statistics
 * say that there are no leased runs.
 */
function leasedRows(runs: readonly ClaimedRun[]): RawBuilder<unknown> {
  return sql`unnest(
    ${runs.map(({ identity }) => identity.workflowId)}::bigint[],
    ${runs.map(({ identity }) => identity.id)}::bigint[],
    ${runs.map(({ fence }) => fence)}::int[]) as leased (workflow_id, enrollment_id, fence)`;
}
