import { sql } from 'kysely';
import type { Harness } from './harness.ts';

/**
 * Ends the leases of executions and jobs under way, as time does for those of a process that died or stands still. Rows
 * that a process locked before it was frozen stay unchanged, because nobody can take them before it continues.
 */
export async function endLeases({ db, config }: Pick<Harness, 'db' | 'config'>): Promise<void> {
  // An execution that waits for an event is due later than the end of any lease.
  await sql`
    update executions set wake_at = clock_timestamp()
    from (
      select id from executions
      where wake_at > clock_timestamp() and wake_at <= clock_timestamp() + make_interval(secs => ${config.leaseMs / 1_000})
      for update skip locked) as leased
    where executions.id = leased.id`.execute(db.kysely);
  await sql`
    update jobs set wake_at = clock_timestamp()
    from (select id from jobs where status = 'running' for update skip locked) as leased
    where jobs.id = leased.id`.execute(db.kysely);
}
