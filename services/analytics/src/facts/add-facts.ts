import { sql, type Transaction } from 'kysely';
import { factHours } from '../db/partitions.ts';
import type { DB } from '../db/schema.ts';
import { addSums } from '../rollups/add-sums.ts';
import { sumsOfFacts } from '../rollups/sums-of-facts.ts';
import type { Fact } from './fact.ts';

/**
 * Age in hours above which a fact is late. The day of a late fact is recounted, because adding the fact immediately
 * could change many rows of many days.
 */
const lateHours = 48;

/**
 * Writes facts, and adds the new ones to the rollups, in the caller's transaction. This transaction must have locked
 * the organizations (`lockOrganizations`). A repeated event changes nothing. Facts older than the retention are left
 * out. Returns the number of new facts, and how many of them are late.
 */
export async function addFacts(trx: Transaction<DB>, facts: readonly Fact[]): Promise<{ fresh: number; late: number }> {
  const column = <T>(read: (fact: Fact) => T) => facts.map((fact) => read(fact) ?? null);
  const { rows } = await sql<{ fresh: bigint; late: bigint }>`
    with fresh as (
      insert into facts (organization_id, at, id, kind, mode, workflow_id, version, variant, step_id, category, domain,
        subject_id, ms, amount, currency, count)
      select given.* from unnest(
        ${column((fact) => fact.organizationId)}::bigint[], ${column((fact) => fact.at)}::timestamptz[],
        ${column((fact) => fact.id)}::uuid[], ${column((fact) => fact.kind)}::smallint[], ${column((fact) => fact.mode)}::text[],
        ${column((fact) => fact.workflowId)}::bigint[], ${column((fact) => fact.version)}::integer[],
        ${column((fact) => fact.variant)}::text[], ${column((fact) => fact.stepId)}::text[],
        ${column((fact) => fact.category)}::text[], ${column((fact) => fact.domain)}::text[],
        ${column((fact) => fact.subjectId)}::bigint[], ${column((fact) => fact.ms)}::bigint[],
        ${column((fact) => fact.amount)}::bigint[], ${column((fact) => fact.currency)}::text[],
        ${column((fact) => fact.count ?? 1)}::bigint[]) as given (organization_id, at)
      where given.at >= now() - make_interval(hours => ${sql.lit(factHours)})
      on conflict do nothing
      returning *),
    marked as (
      insert into stale_days (organization_id, day, marked_at)
      -- One row for a day: the clock goes on between two facts of it. In order, so that two who mark never deadlock.
      select organization_id, day, clock_timestamp()
      from (select distinct organization_id, (at at time zone 'UTC')::date as day from fresh where ${isLate('fresh')}
        order by 1, 2) as late
      on conflict (organization_id, day) do update set marked_at = excluded.marked_at),
    sums as (${sumsOfFacts('fresh', sql`not ${isLate('fact')}`)}),
    ${addSums('sums')}
    select count(*) as fresh, count(*) filter (where ${isLate('fresh')}) as late from fresh`.execute(trx);
  return { fresh: Number(rows[0]?.fresh ?? 0n), late: Number(rows[0]?.late ?? 0n) };
}

function isLate(table: string) {
  return sql`(${sql.id(table)}.at < now() - make_interval(hours => ${sql.lit(lateHours)}))`;
}
