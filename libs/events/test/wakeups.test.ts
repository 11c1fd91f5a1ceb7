import { eventually } from '@drippulse/testing';
import { expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { startWakeups } from '../src/wakeups.ts';
import { createTestService, log, type TestService } from './fixture.ts';

const channel = 'probes_wakeups';

/**
 * Ends the connection that listens for wake-ups, as a stopping server does. Returns the process id of the server
 * process of this connection.
 */
async function endListener({ db }: TestService, except: readonly number[]): Promise<number> {
  return eventually(async () => {
    const { rows } = await sql<{ pid: number }>`
      select pid, pg_terminate_backend(pid) from pg_stat_activity
      where query = ${`listen ${channel}`} and pid <> all (${except}::int[])`.execute(db.kysely);
    const [row] = rows;
    if (row === undefined) throw new Error('nobody listens');
    return row.pid;
  });
}

test('connections that are lost are made again, and none of the lost ones is kept in the pool', async () => {
  const service = await createTestService();
  const wakeups = startWakeups(service.db, channel, log);
  let heard = 0;
  wakeups.on('work', () => {
    heard += 1;
  });
  const lost: number[] = [];
  // The connection is lost more times than the pool has places.
  while (lost.length < 12) lost.push(await endListener(service, lost));
  await eventually(async () => {
    await sql`select pg_notify(${channel}, 'work')`.execute(service.db.kysely);
    expect(heard).toBeGreaterThan(0);
  });
  expect(service.db.pool.totalCount - service.db.pool.idleCount).toBe(1);
  await wakeups.stop();
  // `drop` would wait indefinitely for a client that was not released.
  await service.drop();
});
