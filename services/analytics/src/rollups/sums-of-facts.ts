import { type RawBuilder, sql } from 'kysely';
import { growth } from './buckets.ts';
import { type Dimension, dimensions } from './dimensions.ts';

/** A division of facts, by one dimension and its key. */
type Division = { dimension: Dimension; key: RawBuilder<unknown> };

const whole: Division = { dimension: dimensions.total, key: sql`''` };
const divided: readonly Division[] = [
  { dimension: dimensions.category, key: sql`category` },
  { dimension: dimensions.domain, key: sql`domain` },
  { dimension: dimensions.subject, key: sql`subject_id::text` },
  { dimension: dimensions.duration, key: sql`bucket::text` },
  { dimension: dimensions.currency, key: sql`currency` },
];
/** Divisions of the facts of all workflows. Facts of a single workflow are not divided by workflow. */
const ofAll = [whole, ...divided, { dimension: dimensions.workflow, key: sql`workflow_id::text` }];
/** Divisions of the facts of one workflow. Step ids are unique only within a workflow. */
const ofWorkflow = [whole, ...divided, { dimension: dimensions.step, key: sql`step_id` }];

/**
 * Builds a query of the rows that facts add to the rollups, by the quarter hour. New facts and recounted days both use
 * this definition. `facts` is the name of a table or of a common table expression, which `where` calls `fact`. Each
 * division is a separate query, because dividing each fact row by row costs four times as much.
 */
export function sumsOfFacts(facts: string, where: RawBuilder<unknown> = sql`true`): RawBuilder<unknown> {
  return sql`
    with fact as materialized (
      select organization_id, mode, kind, workflow_id, coalesce(version, 0) as version, variant, step_id, category, domain, subject_id,
        ${bucketOf(sql`ms`)} as bucket, currency, count, amount,
        date_bin('15 minutes', at, timestamptz '2000-01-01T00:00:00Z') as at
      from ${sql.id(facts)} as fact
      where ${where})
    ${sql.join([...ofAll.map(sumsOfAll), ...ofWorkflow.map(sumsOfWorkflows)], sql` union all `)}`;
}

/**
 * Builds the sums over all workflows. Facts with a variant are copies of facts without a variant, so they are left out
 * here.
 */
function sumsOfAll({ dimension, key }: Division): RawBuilder<unknown> {
  return sql`
    select organization_id, mode, kind, ${sql.lit(dimension)}::smallint as dimension, 0::bigint as workflow_id, at, 0 as version,
      '' as variant, ${key} as key, sum(count)::bigint as count, coalesce(sum(amount), 0)::bigint as amount
    from fact
    where variant is null and ${key} is not null
    group by organization_id, mode, kind, at, 9`;
}

function sumsOfWorkflows({ dimension, key }: Division): RawBuilder<unknown> {
  return sql`
    select organization_id, mode, kind, ${sql.lit(dimension)}::smallint as dimension, workflow_id, at, version,
      coalesce(variant, '') as variant, ${key} as key, sum(count)::bigint as count, coalesce(sum(amount), 0)::bigint as amount
    from fact
    where workflow_id is not null and ${key} is not null
    group by organization_id, mode, kind, workflow_id, at, version, 8, 9`;
}

/** Builds SQL for the bucket number of a duration. */
function bucketOf(ms: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`case when ${ms} < 1 then 0 else floor(ln(${ms}::float8) / ln(${sql.lit(growth)}::float8))::int + 1 end`;
}
