import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { startMailing } from './mailing.ts';

let mailing: Awaited<ReturnType<typeof startMailing>>;
let runtime: Awaited<ReturnType<typeof mailing.harness.startRuntime>>;
beforeAll(async () => {
  mailing = await startMailing({ runtimes: 0 });
  runtime = await mailing.harness.startRuntime();
});
afterAll(() => mailing.stop());

test('a batch of hits that the database does not take is counted as dropped, and those after it are stored', async () => {
  const { harness, newOrganization } = mailing;
  const organization = newOrganization();
  const workflow = await organization.mailing({ body: '<p>Hello</p>', track_opens: true });
  const [id = 0n] = await organization.enroll(workflow, ['opened@example.org']);
  await organization.lineOf(workflow, id, /^Sent/);
  const html = String(organization.mailsTo('opened@example.org')[0]?.parsed.html);
  const token = /pixel\.gif\?token=([\w-]+)/.exec(html)?.[1] ?? '';
  const open = (agent: string) => harness.tracking.openPixel({ token }, { headers: { 'user-agent': agent } });
  await sql`create function refuse() returns trigger language plpgsql as $$ begin raise exception 'refused'; end $$`.execute(
    harness.db,
  );
  await sql`create trigger refuse before insert on hits for each row when (new.user_agent = 'bad') execute function refuse()`.execute(
    harness.db,
  );
  await open('bad');
  await eventually(async () => {
    const text = await runtime.metrics.getSingleMetricAsString('drippulse_tracking_hits_dropped_total');
    expect(text).toMatch(/reason="refused"[^\n]*\} 1$/m);
  });
  await open('good');
  await eventually(async () => {
    const rows = await harness.db.selectFrom('hits').select('user_agent').where('enrollment_id', '=', id).execute();
    expect(rows).toEqual([{ user_agent: 'good' }]);
  });
});
