import { setTimeout as sleep } from 'node:timers/promises';
import { type Kysely, sql } from 'kysely';
import type { DB } from '../db/schema.ts';
import type { Fault } from '../fault-points.ts';
import { askForMarks, markNext } from './mark-days.ts';
import { recountNext } from './recount-next.ts';

/** Number of organizations that are recounted at the same time, each over its own database connection. */
export const rebuiltAtOnce = 2;
/** Pause between checks of the remaining days, while other processes recount them. */
const othersMs = 200;
/** Pause between counts of the remaining days. There may be millions of them. */
const saidEveryMs = 5_000;

/**
 * Recounts every day whose facts are kept. One transaction covers several days of an organization, and responses change
 * only with its commit. Facts that arrive meanwhile are counted too, because they wait for the transaction that
 * recounts days of their organization. After a kill, the loop of any process continues, even if the marking was not
 * finished. A rebuild may be repeated, and may run while the services run. Days that late facts have marked are
 * recounted first.
 */
export async function rebuild(
  db: Kysely<DB>,
  onProgress: (done: number, all: number) => void,
  fault?: Fault,
): Promise<number> {
  await markAll(db, fault);
  const all = await countLeft(db);
  onProgress(0, all);
  let saidAt = performance.now();
  async function work(): Promise<void> {
    while (await isAnyLeft(db)) {
      if ((await recountNext(db)) === undefined) await sleep(othersMs);
      if (performance.now() - saidAt < saidEveryMs) continue;
      saidAt = performance.now();
      onProgress(all - (await countLeft(db)), all);
    }
  }
  await Promise.all(Array.from({ length: rebuiltAtOnce }, work));
  return all;
}

/** Marks every retained day, concurrently with the loops of other processes. */
async function markAll(db: Kysely<DB>, fault: Fault | undefined): Promise<void> {
  await askForMarks(db);
  while ((await db.selectFrom('rebuilds').select('marked_until').execute()).length > 0) {
    if (await markNext(db)) await fault?.('after-days-marked');
    else await sleep(othersMs);
  }
}

async function isAnyLeft(db: Kysely<DB>): Promise<boolean> {
  const { rows } = await sql`
    select from stale_days join organizations using (organization_id) where marked_at = 'infinity' limit 1`.execute(db);
  return rows.length > 0;
}

async function countLeft(db: Kysely<DB>): Promise<number> {
  const { rows } = await sql<{ left: bigint }>`
    select count(*) as left from stale_days join organizations using (organization_id) where marked_at = 'infinity'`.execute(
    db,
  );
  return Number(rows[0]?.left ?? 0n);
}
