import { startLayout } from '@drippulse/harness';
import { eventually } from '@drippulse/testing';
import { testSeed } from '@drippulse/testing/hostile';
import { expect, test } from '@jest/globals';
import pg from 'pg';
import { startOwnDatabase } from '../src/own-database.ts';

const rounds = 13;
const together = 8;

test('a platform that is killed between changes and answers has as many rows in its audit trail as changes', async () => {
  const seed = testSeed('pauses before a kill');
  const database = await startOwnDatabase();
  const platform = await startLayout('start', { env: { DATABASE_URL: database.url, RATE_LIMIT_BURST: '10000' } });
  const client = new pg.Client(database.url);
  await client.connect();
  try {
    for (let round = 0; round < rounds; round += 1) {
      const names = Array.from({ length: together }, (_, index) => `round ${round} project ${index}`);
      let answered = 0;
      const sent = names.map((name) =>
        platform.api.post('/api/v1/projects', { name }).then(
          () => {
            answered += 1;
          },
          () => undefined,
        ),
      );
      // Waits for zero to seven responses, and then for about one transaction, so that the kill is sent before, during
      // or after the other writes.
      await eventually(() => expect(answered).toBeGreaterThanOrEqual(round % together));
      for (let turns = (seed + round * 7) % 20; turns > 0; turns -= 1) await client.query('select 1');
      await platform.kill();
      await Promise.all(sent);
      await platform.restart();
    }
    await platform.api.post('/api/v1/projects', { name: 'The last' });
    const counts = async () => {
      const { rows } = await client.query(`
        select (select count(*) from identity.projects)::int as projects,
          (select count(*) from identity.audit_events where name = 'project.created')::int as entries,
          (select count(distinct resource_id) from identity.audit_events where name = 'project.created')::int as named,
          (select count(*) from identity.outbox)::int as unsent`);
      return rows[0];
    };
    await eventually(async () => expect((await counts()).unsent).toBe(0), { timeoutMs: 180_000 });
    await eventually(
      async () => {
        const { projects, entries, named } = await counts();
        expect(projects).toBeGreaterThan(1);
        expect([entries, named]).toEqual([projects, projects]);
      },
      { timeoutMs: 180_000 },
    );
  } finally {
    await client.end();
    await platform.dispose();
    await database.drop();
  }
}, 900_000);
