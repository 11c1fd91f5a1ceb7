import { sql } from 'kysely';
import type { Harness } from './harness.ts';

/**
 * Ends the leases of executions and jobs under way, as if enough time had passed since their process died or was
 * frozen. Skips the rows that a process had locked before it was frozen, because no process can claim these rows before
 * the frozen process continues.
 */
export async function endLeases({ db, config }: Pick<Harness, 'db' | 'config'>): Promise<void> {
  // Leaves out executions that wait for an event, because they are due later than any lease ends.
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
