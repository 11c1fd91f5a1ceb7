import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import type { Span } from './span.ts';

/**
 * Limits on a transaction that recounts more than one day. They keep the transaction to a few seconds, because new
 * facts of the organization wait for it. The number of facts is low, because sparse facts become four times as many
 * sums. The number of days is limited, because each day is a partition, and each statement locks all partitions that it
 * uses.
 */
const most = { facts: 40_000, stepBytes: 500_000, days: 92 };

/**
 * Days of an organization to recount, and the number of marked days among them. `days` is undefined if another process
 * has just recounted these days.
 */
export type StaleDays = { organizationId: bigint; days?: Span; count: number };

/**
 * Locks the organization with the oldest mark exclusively, and deletes the marks of that day and of some following
 * days. Returns these days, with unmarked days in between if they have few facts. Skips organizations that other
 * processes are recounting. Returns undefined if no organization is left. Locks the organization before its marks, as
 * transactions that add facts do.
 */
export async function takeStaleDays(trx: Transaction<DB>): Promise<StaleDays | undefined> {
  const organizationId = await lockNext(trx);
  if (organizationId === undefined) return undefined;
  const days = await nextDays(trx, organizationId);
  if (days === undefined) return { organizationId, count: 0 };
  const { numAffectedRows } = await sql`
    delete from stale_days
    where organization_id = ${organizationId}
      and day >= (${days.from}::timestamptz at time zone 'UTC')::date and day < (${days.until}::timestamptz at time zone 'UTC')::date`.execute(
    trx,
  );
  return { organizationId, days, count: Number(numAffectedRows ?? 0n) };
}

/**
 * Locks one organization. `offset 0` keeps the planner from trying the lock below the sort, where it would lock every
 * organization with a mark.
 */
async function lockNext(trx: Transaction<DB>): Promise<bigint | undefined> {
  const { rows } = await sql<{ organization_id: bigint }>`
    with next as materialized (
      select organization_id
      from (select organization_id from stale_days join organizations using (organization_id) order by marked_at offset 0) as marked
      where pg_try_advisory_xact_lock(hashtextextended(current_schema() || '.recounts', organization_id))
      limit 1)
    select organization_id from organizations where organization_id = (select organization_id from next) for update`.execute(
    trx,
  );
  return rows[0]?.organization_id;
}

async function nextDays(trx: Transaction<DB>, organizationId: bigint): Promise<Span | undefined> {
  const { rows: firsts } = await sql<{ first: Date }>`
    select day::timestamp at time zone 'UTC' as first
    from stale_days where organization_id = ${organizationId} order by marked_at, day limit 1`.execute(trx);
  const from = firsts[0]?.first;
  if (from === undefined) return undefined;
  const isNear = sql`organization_id = ${organizationId} and at >= ${from} and at < ${from}::timestamptz + ${sql.lit(most.days)} * interval '24 hours'`;
  const { rows } = await sql<{ until: Date }>`
    with beyond as (
      select least(
        (select at from facts where ${isNear} order by at offset ${sql.lit(most.facts)} limit 1),
        (select at from (
          select at, sum(octet_length(counts)) over (order by at, id) as bytes from step_facts where ${isNear}) as step_fact
          where bytes > ${sql.lit(most.stepBytes)} order by at limit 1),
        ${from}::timestamptz + ${sql.lit(most.days)} * interval '24 hours') as at)
    select greatest(
      ${from}::timestamptz + interval '24 hours',
      (select max(day + 1)::timestamp at time zone 'UTC' from stale_days
        where organization_id = ${organizationId} and day::timestamp at time zone 'UTC' >= ${from}
          and (day + 1)::timestamp at time zone 'UTC' <= (select at from beyond))) as until`.execute(trx);
  const [last] = rows;
  return last && { from, until: last.until };
}
