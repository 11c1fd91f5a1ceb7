import { randomUUID } from 'node:crypto';
import type { Database } from '@drippulse/db';
import { sql } from 'kysely';

/** The right to send the outbox of a service. Only one process at a time has the lease. */
export type OutboxLease = {
  /** Returns whether more than half of the lease is left. */
  isFresh(): boolean;
  /**
   * Takes the lease, or renews the lease when at most half of it is left. Returns false while another process has it.
   */
  ensure(): Promise<boolean>;
  /**
   * Returns the milliseconds for which the lease certainly lasts, by a clock that continues while the process is
   * frozen; negative when the lease is lost.
   */
  leftMs(): number;
  /** Ends the lease, so that the next process can take it immediately. */
  release(): Promise<void>;
};

/**
 * Makes a lease in database time. A process knows its remaining time without a query, because the database counts
 * `leaseMs` from a moment after the query was sent.
 */
export function createOutboxLease<DB>(db: Database<DB>, leaseMs: number): OutboxLease {
  const holder = randomUUID();
  let lockedUntilMs = Number.NEGATIVE_INFINITY;
  const leftMs = () => lockedUntilMs - performance.now();
  const isFresh = () => leftMs() > leaseMs / 2;

  async function take(): Promise<boolean> {
    const askedAtMs = performance.now();
    const { rows } = await sql`
      update outbox_lease
      set holder = ${holder}, locked_until = clock_timestamp() + ${leaseMs} * interval '1 millisecond'
      where holder = ${holder} or locked_until < clock_timestamp()
      returning id
    `.execute(db.kysely);
    const isHolder = rows.length > 0;
    lockedUntilMs = isHolder ? askedAtMs + leaseMs : Number.NEGATIVE_INFINITY;
    return isHolder;
  }

  return {
    leftMs,
    isFresh,
    async ensure() {
      return isFresh() || (await take());
    },
    async release() {
      lockedUntilMs = Number.NEGATIVE_INFINITY;
      await sql`update outbox_lease set locked_until = clock_timestamp() where holder = ${holder}`.execute(db.kysely);
    },
  };
}
