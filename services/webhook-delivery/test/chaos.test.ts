import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { eventually } from '@drippulse/testing';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { type Harness, startHarness } from './harness.ts';

let harness: Harness;
const children = new Set<ChildProcess>();
beforeEach(async () => {
  harness = await startHarness();
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
  await harness.stop();
});

function startProcess(): ChildProcess {
  const child = spawn(process.execPath, [fileURLToPath(new URL('child-service.ts', import.meta.url))], {
    env: { ...process.env, NODE_OPTIONS: '', TEST_CONFIG: JSON.stringify(harness.config) },
    stdio: 'ignore',
  });
  children.add(child);
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
  children.delete(child);
}

const names = (round: number) => Array.from({ length: 40 }, (_, index) => `r${round}n${index}`);

/** A receiver of which one answer in four goes wrong, each time another way. */
function answerBadly(): void {
  const bad = [{ status: 500 }, { reset: true as const }, { status: 503, headers: { 'retry-after': '1' } }];
  harness.receiver.answer((_request, index) => (index % 4 === 3 ? (bad[index % 3] ?? {}) : { delayMs: index % 7 }));
}

/** Makes every retry due now, except what a process is sending: a lease that is taken away all the time never ends. */
async function bringForward(): Promise<void> {
  await sql`
    update queue set due_at = now() where not is_leased and due_at > now() and due_at < 'infinity'`.execute(harness.db);
  await sql`
    update lanes set open_until = null, next_due_at = now()
    where next_due_at > now() + interval '1 second'`.execute(harness.db);
}

type Row = { webhook_id: bigint; event_id: string; status: string; attempts: number; numbers: number[] };

async function outcomes(): Promise<Row[]> {
  const { rows } = await sql<Row>`
    select d.webhook_id, d.event_id, d.status, d.attempts,
           array(select number from attempts a where a.delivery_id = d.id order by number) as numbers
    from deliveries d`.execute(harness.db);
  return rows;
}

test('through kills and freezes of two processes every event reaches every webhook, and nothing else happens', async () => {
  const hooks = [
    await harness.create({ url: `${harness.receiver.url}/plain` }),
    await harness.create({ url: `${harness.receiver.url}/ordered`, ordered: true, eventType: 'workflow.*' }),
  ];
  await harness.stopServices();
  answerBadly();
  let [first, second] = [startProcess(), startProcess()];
  const published: string[] = [];
  for (let round = 0; round < 4; round += 1) {
    published.push(...(await harness.publish(names(round), { workflowId: BigInt(round + 1) })));
    await harness.receiver.received(10 * (round + 1), { timeoutMs: 30_000 });
    if (round % 2 === 0) {
      await kill(first);
      first = startProcess();
    } else {
      second.kill('SIGSTOP');
      // One that was frozen within a transaction holds its locks until the database ends its session.
      await eventually(() => harness.pass(31), { timeoutMs: 60_000 });
      const seen = harness.receiver.requests.length;
      await harness.receiver.received(seen + 1, { timeoutMs: 10_000 }).catch(() => undefined);
      second.kill('SIGCONT');
    }
  }

  await eventually(() => harness.pass(31), { timeoutMs: 60_000 });
  await eventually(
    async () => {
      await bringForward();
      const rows = await outcomes();
      const open = rows.filter(({ status }) => status === 'pending' || status === 'failed').length;
      expect([rows.length, open]).toEqual([published.length * hooks.length, 0]);
    },
    { timeoutMs: 60_000 },
  );

  const rows = await outcomes();
  for (const row of rows) {
    expect(['delivered', 'exhausted']).toContain(row.status);
    expect(row.numbers).toEqual(Array.from({ length: row.attempts }, (_, index) => index + 1));
  }
  for (const { id } of hooks) {
    const ids = rows.filter((row) => row.webhook_id === id).map((row) => row.event_id);
    expect(ids.sort()).toEqual([...published].sort());
  }
  expect(await harness.db.selectFrom('queue').selectAll().execute()).toEqual([]);

  const secrets = new Map([
    ['/plain', hooks[0]?.secret ?? ''],
    ['/ordered', hooks[1]?.secret ?? ''],
  ]);
  const bodies = new Map<string, string>();
  const known = new Set(published);
  for (const { url, headers, body } of harness.receiver.requests) {
    new StandardWebhook(secrets.get(url) ?? '').verify(body, headers);
    const id = headers['webhook-id'] ?? '';
    expect(known.has(id)).toBe(true);
    expect(bodies.get(id) ?? body.toString()).toBe(body.toString());
    bodies.set(id, body.toString());
  }
  for (const child of [first, second]) await kill(child);
}, 240_000);
