import { isSuspended } from '@drippulse/service';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import type { ExecutionRow } from '../executions/rows.ts';

/**
 * Maximum numbers of concurrent executions: in this process, per organization, and per organization and destination.
 */
export const limits = { total: 200, perOrganization: 50, perDestination: 20 };

/** An execution that this process works on, for as long as the execution's fence is unchanged. */
export type Claimed = Pick<ExecutionRow, 'id' | 'organization_id' | 'fence' | 'created_at' | 'destination' | 'work'>;

/** Number of executions that this process runs for one organization at one destination. */
export type Usage = { organization_id: string; destination: string; used: number };

/**
 * SQL that finds each pair of organization and destination with scheduled executions. It reads one index entry per
 * pair.
 */
const lines = sql`lines as (
      (select organization_id, destination from executions where wake_at is not null
        order by organization_id, destination limit 1)
      union all
      select following.organization_id, following.destination from lines cross join lateral (
        select organization_id, destination from executions
        where wake_at is not null and (organization_id, destination) > (lines.organization_id, lines.destination)
        order by organization_id, destination limit 1) as following)`;

/**
 * Executions of a suspended organization wait. An execution that a process already works on continues until it ends or
 * waits.
 */
const isWaiting = isSuspended(sql.ref('lines.organization_id'));

/**
 * Leases due executions and marks them as running. Organizations and destinations take turns, so that a busy one does
 * not delay the others. No other process works on a leased execution until its lease ends. This process renews the
 * leases while it works.
 */
export async function claim(ctx: Context, usage: readonly Usage[], room: number): Promise<Claimed[]> {
  const { rows } = await sql<Claimed>`
    with recursive ${lines},
    used as (
      select * from json_to_recordset(${JSON.stringify(usage)}::json) as used (organization_id bigint, destination text, used int)),
    due as (
      select lines.organization_id, due.id, due.place,
        row_number() over (partition by lines.organization_id order by due.place, lines.destination) as turn,
        coalesce((select sum(used) from used where used.organization_id = lines.organization_id), 0) as used
      from lines cross join lateral (
        select id, row_number() over (order by wake_at) as place from (
          select id, wake_at from executions
          where wake_at <= clock_timestamp() and organization_id = lines.organization_id and destination = lines.destination
          order by wake_at
          limit greatest(0, ${limits.perDestination} - coalesce((
            select used from used
            where used.organization_id = lines.organization_id and used.destination = lines.destination), 0))
          for update skip locked) as locked) as due
      where not ${isWaiting}),
    chosen as (
      select id from due where turn <= ${limits.perOrganization} - used order by turn, organization_id limit ${room})
    update executions set fence = fence + 1, wake_at = clock_timestamp() + make_interval(secs => ${ctx.config.leaseMs / 1000}),
      status = case when status = 'queued' then 'running' else status end, started_at = coalesce(started_at, clock_timestamp())
    from chosen where executions.id = chosen.id
    returning executions.id, executions.organization_id, executions.fence, executions.created_at, executions.destination,
      executions.work`.execute(ctx.db.kysely);
  return rows;
}

/**
 * Returns the milliseconds until the next execution is due; undefined if none is scheduled. Ignores executions of
 * suspended organizations, because they cannot be claimed and the loop would poll in vain.
 */
export async function nextDueMs({ db }: Pick<Context, 'db'>): Promise<number | undefined> {
  const { rows } = await sql<{ ms: number | null }>`
    with recursive ${lines}
    select extract(epoch from min(following.wake_at) - clock_timestamp())::float8 * 1000 as ms
    from lines cross join lateral (
      select wake_at from executions
      where wake_at is not null and organization_id = lines.organization_id and destination = lines.destination
      order by wake_at limit 1) as following
    where not ${isWaiting}`.execute(db.kysely);
  const ms = rows[0]?.ms ?? undefined;
  return ms === undefined ? undefined : Math.max(0, Math.ceil(ms));
}

/** Extends the leases of executions that this process still works on. */
export async function renewLeases(ctx: Context, out: readonly Claimed[]): Promise<void> {
  await setWake(ctx, out, ctx.config.leaseMs);
}

/** Ends the leases of executions that this process cannot finish, so that other processes can claim them. */
export async function giveBack(ctx: Context, out: readonly Claimed[]): Promise<void> {
  await setWake(ctx, out, 0);
}

async function setWake(ctx: Context, out: readonly Claimed[], ms: number): Promise<void> {
  if (out.length === 0) return;
  await sql`
    with own as (
      select executions.id
      from unnest(${out.map(({ id }) => id)}::bigint[], ${out.map(({ fence }) => fence)}::bigint[]) as asked (id, fence)
      join executions on executions.id = asked.id and executions.fence = asked.fence
      where executions.wake_at is not null order by executions.id for update of executions)
    update executions set wake_at = clock_timestamp() + make_interval(secs => ${ms / 1000})
    from own where executions.id = own.id and executions.wake_at is not null`.execute(ctx.db.kysely);
}
