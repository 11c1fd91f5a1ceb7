// pg-boss as it ships, with its maintenance: one worker, and jobs that are not due.
import { setTimeout as sleep } from 'node:timers/promises';
import { PgBoss } from 'pg-boss';
import { config, measure } from './peer.mjs';

const queue = 'waiting';
const { databaseUrl, waiting, seconds } = config;
/**
 * Rest in milliseconds before the measurement. A short rest suffices, because pg-boss does not poll less often after a
 * while.
 */
const calmAfterMs = 2_000;

const boss = new PgBoss({ connectionString: databaseUrl });
boss.on('error', (error) => console.error(error));
await boss.start();
await boss.createQueue(queue);
const startAfter = new Date(Date.now() + 30 * 86_400_000);
for (let sent = 0; sent < waiting; sent += 10_000) {
  const jobs = Array.from({ length: 10_000 }, (_, index) => ({ data: { contact: sent + index }, startAfter }));
  await boss.insert(queue, jobs);
}
await boss.work(queue, async () => undefined);
await sleep(calmAfterMs);
await measure(async () => {
  await sleep(seconds * 1_000);
  return { steps: 0 };
});
