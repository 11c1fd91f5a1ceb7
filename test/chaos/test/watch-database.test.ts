import { createTestDatabase, eventually } from '@drippulse/testing';
import { expect, test } from '@jest/globals';
import pg from 'pg';
import { watchDatabase } from '../src/watch-database.ts';

test('a machine that stands still between two queries is reported', async () => {
  const database = await createTestDatabase({ name: 'watched' });
  const stalls: number[] = [];
  let nowMs = 0;
  const watcher = watchDatabase(
    database.url,
    (ms) => stalls.push(ms),
    () => nowMs,
  );
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await eventually(async () => {
    const { rows } = await client.query("select from pg_stat_activity where state = 'idle' and query = 'select'");
    return rows.length === 1;
  });
  nowMs += 1000;
  await eventually(() => expect(Math.max(...stalls)).toBeGreaterThan(800));
  await watcher.stop();
  await client.end();
  await database.drop();
});
