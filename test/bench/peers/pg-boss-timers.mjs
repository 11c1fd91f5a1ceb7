// pg-boss. Its jobs have start times, and two loops fetch and complete them. The loops poll every few milliseconds,
// more often than its own workers can. The lateness of a job is the time from its start time to its completion.
import { setTimeout as sleep } from 'node:timers/promises';
import { PgBoss } from 'pg-boss';
import { config, measure } from './peer.mjs';

const queue = 'timers';
const batchSize = 500;
const concurrency = 2;
const lookEveryMs = 10;
const { databaseUrl, timers, warmUpTimers, seconds } = config;

const boss = new PgBoss({ connectionString: databaseUrl, supervise: false, schedule: false });
boss.on('error', (error) => console.error(error));
await boss.start();
await boss.createQueue(queue);
await fire(warmUpTimers);
const late = await prepare(timers);
await measure(async () => ({ steps: timers, latenessMs: await late() }));

async function fire(count) {
  const finish = await prepare(count);
  return finish();
}

/** Sends the jobs. The first job is due in a moment. */
async function prepare(count) {
  const beginMs = Date.now() + 3_000;
  const jobs = Array.from({ length: count }, (_, n) => {
    const dueAt = beginMs + ((n + 1) * seconds * 1_000) / count;
    return { data: { dueAt }, startAfter: new Date(dueAt) };
  });
  await boss.insert(queue, jobs);
  if (Date.now() > beginMs) throw new Error('the jobs were not there before the first was due');
  return async () => {
    const latenessMs = [];
    const work = async () => {
      for (; latenessMs.length < count; ) {
        const fetched = await boss.fetch(queue, { batchSize });
        if (fetched.length === 0) {
          await sleep(lookEveryMs);
          continue;
        }
        await boss.complete(
          queue,
          fetched.map((job) => job.id),
        );
        const now = Date.now();
        for (const { data } of fetched) latenessMs.push(now - data.dueAt);
      }
    };
    await Promise.all(Array.from({ length: concurrency }, work));
    return latenessMs;
  };
}
