import { isLoopRun, loopRuns } from '@drippulse/loops';
import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import type { PoolClient } from 'pg';
import { type Harness, startHarness } from './harness.ts';
import { startMailServer } from './mail-server.ts';
import { json, makeWorkflow } from './workflow.ts';

let server: Awaited<ReturnType<typeof startMailServer>>;
let harness: Harness;
let listening: PoolClient | undefined;
beforeAll(async () => {
  server = await startMailServer();
  harness = await startHarness({ start: false });
  Object.assign(harness.config, { smtpUrl: server.url, role: 'engine' });
  await harness.startRuntime();
});
afterAll(async () => {
  listening?.release(true);
  await harness.stop();
  await server.stop();
});

/** Waits until processes listen on a channel. */
async function listened(channel: string) {
  await eventually(async () => {
    const { rows } = await sql`
      select from pg_stat_activity where datname = current_database() and query like ${`listen ${channel}%`}`.execute(
      harness.db,
    );
    expect(rows.length).toBeGreaterThan(0);
  });
}

test('the engine looks for work whenever a process of the public role says so', async () => {
  await listened('enrollments_engine');
  let looks = 0;
  const count = (run: unknown) => {
    if (isLoopRun(run) && run.loop === 'advance') looks += 1;
  };
  loopRuns.subscribe(count);
  // A loop that is not woken looks once a second, and later every ten seconds.
  for (let round = 0; round < 60; round += 1) {
    const before = looks;
    await sql`select pg_notify('enrollments_engine', 'advance')`.execute(harness.db);
    await eventually(() => expect(looks).toBeGreaterThan(before));
  }
  loopRuns.unsubscribe(count);
});

test('an unsubscription in the public role wakes the engine, which goes on with what follows from it', async () => {
  const steps = [
    { type: 'email', id: 'mail', integration_id: 'nurture', subject: 'Hi', body: '<p>Hi</p>' },
    { id: 'waits', type: 'wait_for_event', event_name: 'email.unsubscribed', timeout: { duration: 1, unit: 'days' } },
  ];
  const { id: workflowId } = await makeWorkflow(harness, steps);
  const contacts = json([{ email: 'leaves@example.org' }]);
  const { enrollmentIds } = await harness.enrollments().bulkEnroll({ workflowId, contacts });
  const id = enrollmentIds[0] ?? 0n;
  await eventually(async () => {
    const rows = await harness.db.selectFrom('waits').select('enrollment_id').where('enrollment_id', '=', id).execute();
    expect(rows).toHaveLength(1);
  });
  harness.config.role = 'public';
  await harness.startRuntime();
  let heard = 0;
  listening = await harness.connect(1).pool.connect();
  listening.on('notification', () => {
    heard += 1;
  });
  await listening.query('listen enrollments_engine');
  const html = String(server.mails[0]?.parsed.html);
  const token = /unsubscribe\?token=([\w-]+)/.exec(html)?.[1] ?? '';
  const data = Buffer.from('List-Unsubscribe=One-Click');
  await harness.tracking.unsubscribe({ token, body: { contentType: 'application/x-www-form-urlencoded', data } });
  await eventually(() => expect(heard).toBeGreaterThan(0));
  await eventually(() =>
    expect(harness.published.map(({ payload }) => payload.case)).toEqual(
      expect.arrayContaining(['emailUnsubscribed', 'completed']),
    ),
  );
});
