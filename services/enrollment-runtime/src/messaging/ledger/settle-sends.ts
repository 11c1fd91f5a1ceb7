import { usageInsert } from '@drippulse/entitlements';
import { sql, type Transaction } from 'kysely';
import type { Context } from '../../context.ts';
import type { DB } from '../../db/schema.ts';
import { wakeLanes } from '../../lanes/wake-lane.ts';

/** The end of an attempt to send. `dueAt` is the time of the next attempt. */
export type SettledSend = {
  organizationId: bigint;
  key: string;
  status: 'pending' | 'sent' | 'failed' | 'skipped';
  reason: string | null;
  dueAt: Date | null;
  /** Whether the send keeps its place although the send has ended, because an earlier attempt may have arrived. */
  keepsPlace?: boolean;
  /** Whether to end the send even if a rule holds it. A send whose attempt has a result is never held. */
  endsHeld?: boolean;
};

/** A place that a send has given back. */
export type FreedPlace = { contactKey: string; workflowId: bigint; enrollmentId: bigint };

/**
 * Writes the ends of attempts into the ledger. A send that failed permanently gives its place back; a send that is
 * retried keeps its place. Returns the freed places, for `wakeHeld` after the commit.
 */
export async function settleSends(
  trx: Transaction<DB>,
  settled: readonly SettledSend[],
  now: Date,
): Promise<FreedPlace[]> {
  if (settled.length === 0) return [];
  const rows = settled
    .toSorted((a, b) => (a.key < b.key ? -1 : 1))
    .map((one) => ({
      organization_id: String(one.organizationId),
      effect_key: one.key,
      status: one.status,
      reason: one.reason,
      due_at: one.dueAt,
      keeps_place: one.keepsPlace ?? false,
      ends_held: one.endsHeld ?? false,
    }));
  await giveBack(
    trx,
    rows.filter(({ status, keeps_place }) => (status === 'failed' || status === 'skipped') && !keeps_place),
  );
  const { rows: freed } = await sql<{ contact_key: string; workflow_id: bigint; enrollment_id: bigint }>`
    with result as (
      select * from json_to_recordset(${JSON.stringify(rows)}::json) as result (
        organization_id bigint, effect_key text, status text, reason text, due_at timestamptz, keeps_place bool,
        ends_held bool)
    ), settled as (
      update sends set status = result.status, due_at = coalesce(result.due_at, sends.due_at), decided_at = ${now},
        decision = case when result.status = 'pending' then null else result.status end,
        rule = null, reason = result.reason,
        placed_at = case when result.status = 'pending' or result.keeps_place then placed_at
          when result.status = 'sent' then coalesce(placed_at, ${now}) end
      from result
      where sends.organization_id = result.organization_id and sends.effect_key = result.effect_key
        and sends.status <> 'skipped' and (sends.status <> 'held' or result.ends_held)
        and sends.status <> 'sent'
      returning sends.contact_key, sends.workflow_id, sends.enrollment_id, sends.status, sends.placed_at
    )
    select contact_key, workflow_id, enrollment_id from settled
    where status in ('failed', 'skipped') and placed_at is null`.execute(trx);
  return freed.map((row) => ({
    contactKey: row.contact_key,
    workflowId: row.workflow_id,
    enrollmentId: row.enrollment_id,
  }));
}

/** Subtracts mails that failed permanently from the count of the month in which they were counted. */
async function giveBack(
  trx: Transaction<DB>,
  failed: readonly { organization_id: string; effect_key: string }[],
): Promise<void> {
  if (failed.length === 0) return;
  const placed = sql`
    select sends.organization_id, -1 as amount, sends.placed_at
    from json_to_recordset(${JSON.stringify(failed)}::json) as failed (organization_id bigint, effect_key text)
    join sends using (organization_id, effect_key)
    where sends.placed_at is not null and sends.mode = 'live' and sends.status in ('pending', 'sending')
    order by sends.effect_key for update of sends`;
  await sql`
    with placed as materialized (${placed})
    ${usageInsert('emails', sql`select * from placed`, sql<Date>`placed_at`)}`.execute(trx);
}

/**
 * Wakes the sends that were held because of a send that has now given its place back. If the process dies before this
 * call, the held sends are tried at their scheduled times, and nothing is lost.
 */
export async function wakeHeld(ctx: Context, freed: readonly FreedPlace[]): Promise<void> {
  if (freed.length === 0) return;
  await ctx.db.kysely.transaction().execute(async (trx) => {
    const { rows } = await sql<Held>`
      with held as materialized (
        select sends.id
        from unnest(
          ${freed.map(({ contactKey }) => contactKey)}::text[],
          ${freed.map(({ enrollmentId }) => enrollmentId)}::bigint[]) as freed (contact_key, enrollment_id)
        join sends on sends.contact_key = freed.contact_key and sends.lost_to_enrollment_id = freed.enrollment_id
          and sends.status = 'held'
        order by sends.effect_key for update of sends
      )
      update sends set due_at = ${ctx.dbNow} from held where sends.id = held.id
      returning sends.workflow_id, sends.enrollment_id`.execute(trx);
    await wakeRuns(ctx, trx, rows);
  });
  ctx.wake.advance();
}

/**
 * Makes sends due that were held because they lost to another send, if that other send has given its place back since.
 * Call it after the commit that made the runs wait: `wakeHeld` may have run before that commit, and found no run to
 * wake. The lock waits for a `wakeHeld` that is still running.
 */
export async function wakeFreed(
  ctx: Context,
  held: readonly Pick<SettledSend, 'organizationId' | 'key'>[],
): Promise<void> {
  if (held.length === 0) return;
  await ctx.db.kysely.transaction().execute(async (trx) => {
    // Locks every row, whether due or not. Otherwise this transaction would neither wait for a concurrent change nor
    // see it.
    const { rows } = await sql<Held & { is_due: boolean }>`
      select sends.workflow_id, sends.enrollment_id, sends.due_at <= ${ctx.dbNow} as is_due
      from unnest(
        ${held.map(({ organizationId }) => organizationId)}::bigint[],
        ${held.map(({ key }) => key)}::text[]) as held (organization_id, effect_key)
      join sends using (organization_id, effect_key)
      where sends.status = 'held'
      order by effect_key for update of sends`.execute(trx);
    await wakeRuns(
      ctx,
      trx,
      rows.filter((row) => row.is_due),
    );
  });
  ctx.wake.advance();
}

type Held = { workflow_id: bigint; enrollment_id: bigint };

/** Makes the runs of held sends due. */
export async function wakeRuns(
  ctx: Pick<Context, 'dbNow'>,
  trx: Transaction<DB>,
  held: readonly Held[],
): Promise<void> {
  if (held.length === 0) return;
  const { rows } = await sql<{ workflow_id: bigint; wake_at: Date }>`
    update runs set wake_at = ${ctx.dbNow}, next_run_at = ${ctx.dbNow}
    from unnest(
      ${held.map((row) => row.workflow_id)}::bigint[],
      ${held.map((row) => row.enrollment_id)}::bigint[]) as held (workflow_id, enrollment_id)
    where runs.workflow_id = held.workflow_id and runs.enrollment_id = held.enrollment_id
      and runs.status = 'active' and runs.phase = 'effect' and runs.lease_until is null and runs.wake_at > ${ctx.dbNow}
    returning runs.workflow_id, runs.wake_at`.execute(trx);
  await wakeLanes(
    trx,
    rows.map((row) => ({ workflowId: row.workflow_id, at: row.wake_at })),
  );
}
