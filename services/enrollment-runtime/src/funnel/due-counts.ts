import type { Database } from '@drippulse/db';
import { type RawBuilder, sql } from 'kysely';
import type { DB } from '../db/schema.ts';

/** The number of runs of a step that are due or leased. */
export type DueCount = { version: number; stepIndex: number; mode: string; count: bigint };

/** Counts due runs by step. A workflow with very many due runs gets a count that is at most two seconds old. */
export type DueCounts = {
  /** Returns the counts for a workflow. `counted` is the result of `dueQuery`. */
  of(workflowId: bigint, counted: DueCount[]): Promise<DueCount[]>;
};

/** Maximum number of runs that are counted while the caller waits. Each counted run costs a read of its table row. */
const countedAtOnce = 50_000;
const freshForMs = 2_000;
/** Number of workflows whose background counts are cached. */
const kept = 1_000;

type Counted = { at: number; counts: Promise<DueCount[]> };
type Source = { db: Database<DB>; dbNow: RawBuilder<Date> };

export function createDueCounts(source: () => Source): DueCounts {
  const background = new Map<bigint, Counted>();

  /**
   * Returns a background count. The first call waits for its count. Later calls get the last finished count while the
   * next count is computed.
   */
  async function large(workflowId: bigint): Promise<DueCount[]> {
    const known = background.get(workflowId);
    if (known !== undefined && performance.now() - known.at < freshForMs) return known.counts;
    const counts = countAll(source(), workflowId);
    background.delete(workflowId);
    background.set(workflowId, { at: performance.now(), counts });
    for (const oldest of background.keys()) {
      if (background.size <= kept) break;
      background.delete(oldest);
    }
    counts.catch(() => background.delete(workflowId));
    return counts;
  }

  return {
    async of(workflowId, counted) {
      const total = counted.reduce((sum, row) => sum + row.count, 0n);
      return total <= BigInt(countedAtOnce) ? counted : large(workflowId);
    },
  };
}

async function countAll({ db, dbNow }: Source, workflowId: bigint): Promise<DueCount[]> {
  const { rows } = await countsOf(dbNow, workflowId, sql``).execute(db.kysely);
  return rows;
}

/** Counts due runs by step. Reads at most one run more than the maximum that is counted while the caller waits. */
export function dueQuery({ dbNow }: Pick<Source, 'dbNow'>, workflowId: bigint): RawBuilder<DueCount> {
  return countsOf(dbNow, workflowId, sql`limit ${countedAtOnce + 1}`);
}

function countsOf(dbNow: RawBuilder<Date>, workflowId: bigint, end: RawBuilder<unknown>): RawBuilder<DueCount> {
  return sql`
    select version, step_index as "stepIndex", mode, count(*) as count
    from (
      (select version, step_index, mode from runs where workflow_id = ${workflowId} and wake_at <= ${dbNow} ${end})
      union all
      (select version, step_index, mode from runs where workflow_id = ${workflowId} and lease_until is not null ${end})
    ) as due
    group by version, step_index, mode`;
}
