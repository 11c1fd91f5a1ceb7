import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '@drippulse/db';
import { eventually } from '@drippulse/testing';
import { expect, jest } from '@jest/globals';
import { sql } from 'kysely';

/**
 * Milliseconds by which a round advances the timers. Wake-ups need 10 ms; loops look for work by themselves after 1 s.
 */
const passingMs = 500;

/** Waits until `count` processes, or parts of one process, listen for wake-ups in a database. */
export async function untilListening<DB>(db: Database<DB>, count: number): Promise<void> {
  await eventually(async () => {
    const { rows } = await sql`
      select from pg_stat_activity where datname = current_database() and state = 'idle'
      and (query like 'listen %' or query like 'select pg_notify%')`.execute(db.kysely);
    expect(rows.length).toBeGreaterThanOrEqual(count);
  });
}

/**
 * Runs three rounds, in each of which timers advance by only half a second. In that time no loop of this process looks
 * for work by itself, so a round ends only if a wake-up arrives. The first round may still end because of a timer that
 * ran before.
 */
export async function wokenRounds(round: (isDone: (check: () => Promise<void>) => Promise<void>) => Promise<void>) {
  jest.useFakeTimers({ doNotFake: ['Date', 'hrtime', 'nextTick', 'performance', 'queueMicrotask', 'setImmediate'] });
  try {
    for (let count = 0; count < 3; count += 1) {
      let passedMs = 0;
      await round((check) =>
        eventually(async () => {
          if (passedMs < passingMs) jest.advanceTimersByTime(10);
          passedMs += 10;
          await sleep(1);
          await check();
        }),
      );
    }
  } finally {
    jest.useRealTimers();
  }
}
