import { type Kysely, sql } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';

/** How many runs of a step are due or in work. */
export type DueCount = { version: number; stepIndex: number; mode: string; count: bigint };

/** Due runs by step: counted when asked for, or, of a workflow with very many, a count at most two seconds old. */
export type DueCounts = { of(db: Kysely<DB>, workflowId: bigint): Promise<DueCount[]> };

/** What is counted while the caller waits; a row is a visit of the heap. */
const countedAtOnce = 50_000;
const freshForMs = 2_000;
/** Workflows whose background count is kept. */
const kept = 1_000;

type Counted = { at: number; counts: Promise<DueCount[]> };
type Source = Pick<Context, 'db' | 'dbNow'>;

export function createDueCounts(source: () => Source): DueCounts {
  const background = new Map<bigint, Counted>();

  /** The first count is waited for; after that the last finished one answers while the next is made. */
  async function large(workflowId: bigint): Promise<DueCount[]> {
    const known = background.get(workflowId);
    if (known !== undefined && performance.now() - known.at < freshForMs) return known.counts;
    const counts = count(source(), source().db.kysely, workflowId, undefined);
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
    async of(db, workflowId) {
      const counts = await count(source(), db, workflowId, countedAtOnce + 1);
      const total = counts.reduce((sum, row) => sum + row.count, 0n);
      return total <= BigInt(countedAtOnce) ? counts : large(workflowId);
    },
  };
}

async function count(
  { dbNow }: Source,
  db: Kysely<DB>,
  workflowId: bigint,
  most: number | undefined,
): Promise<DueCount[]> {
  const { rows } = await sql<DueCount>`
    select version, step_index as "stepIndex", mode, count(*) as count
    from (
      (select version, step_index, mode from runs
       where workflow_id = ${workflowId} and wake_at <= ${dbNow} limit ${most ?? null}::bigint)
      union all
      (select version, step_index, mode from runs
       where workflow_id = ${workflowId} and lease_until is not null limit ${most ?? null}::bigint)
    ) as due
    group by version, step_index, mode`.execute(db);
  return rows;
}
