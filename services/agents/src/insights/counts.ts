import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { DB } from '../db/schema.ts';
import { quantileOf } from '../executions/durations.ts';

/** Counts of ended executions, for one group. */
export type Count = {
  outcome: string;
  bucket: number;
  executions: number;
};

/** Reads the counts of an agent in a period, by group. */
export async function readCounts<Group extends object>(
  db: Kysely<DB>,
  where: RawBuilder<unknown>,
  group: RawBuilder<unknown>,
): Promise<(Count & Group)[]> {
  const { rows } = await sql<Count & Group>`
    select ${group}, outcome, bucket, sum(executions)::float8 as executions
    from execution_counts where ${where} group by 1, outcome, bucket`.execute(db);
  return rows;
}

/** Counts executions by outcome. Every outcome other than success and cancellation is the code of a failure. */
export function endsOf(counts: readonly Count[]): { succeeded: bigint; failed: bigint; cancelled: bigint } {
  const of = (isMeant: (outcome: string) => boolean) =>
    BigInt(counts.reduce((sum, { outcome, executions }) => sum + (isMeant(outcome) ? executions : 0), 0));
  return {
    succeeded: of((outcome) => outcome === 'succeeded'),
    failed: of((outcome) => outcome !== 'succeeded' && outcome !== 'cancelled'),
    cancelled: of((outcome) => outcome === 'cancelled'),
  };
}

/** Returns the share of successes among successes and failures; undefined if there were neither. */
export function successRateOf(counts: readonly Count[]): number | undefined {
  const { succeeded, failed } = endsOf(counts);
  const total = succeeded + failed;
  return total === 0n ? undefined : Number(succeeded) / Number(total);
}

/**
 * Returns quantiles of the durations of executions. Leaves out cancelled executions, because the person who cancelled
 * determined their duration.
 */
export function durationsOf(counts: readonly Count[]) {
  const buckets = new Map<number, number>();
  for (const { outcome, bucket, executions } of counts) {
    if (outcome !== 'cancelled') buckets.set(bucket, (buckets.get(bucket) ?? 0) + executions);
  }
  return {
    p50Ms: quantileOf(buckets, 0.5),
    p95Ms: quantileOf(buckets, 0.95),
    p99Ms: quantileOf(buckets, 0.99),
  };
}

/** Returns the total number of executions. */
export function countOf(counts: readonly Count[]): bigint {
  return BigInt(counts.reduce((sum, { executions }) => sum + executions, 0));
}
