// pg-boss in its fastest use: jobs are fetched and completed in batches, without a handler. A job is a step.
import { PgBoss } from 'pg-boss';
import { config, measure } from './peer.mjs';

const queue = 'steps';
const batchSize = 500;
const concurrency = 2;
const { databaseUrl, enrollments, warmUpEnrollments, stepsOfEach } = config;
const steps = enrollments * stepsOfEach;
const warmUpSteps = warmUpEnrollments * stepsOfEach;

const boss = new PgBoss({ connectionString: databaseUrl, supervise: false, schedule: false });
boss.on('error', (error) => console.error(error));
await boss.start();
await boss.createQueue(queue);
await send(warmUpSteps);
await work(warmUpSteps);
await send(steps);
await measure(() => work(steps));

async function send(count) {
  for (let sent = 0; sent < count; sent += 10_000) {
    const jobs = Array.from({ length: Math.min(10_000, count - sent) }, (_, index) => ({
      data: { contact: sent + index },
    }));
    await boss.insert(queue, jobs);
  }
}

async function work(count) {
  const done = await Promise.all(Array.from({ length: concurrency }, workUntilEmpty));
  const total = done.reduce((sum, each) => sum + each, 0);
  if (total !== count) throw new Error(`${total} of ${count} jobs were completed`);
  return { steps: total };
}

async function workUntilEmpty() {
  for (let done = 0; ; ) {
    const jobs = await boss.fetch(queue, { batchSize });
    if (jobs.length === 0) return done;
    await boss.complete(
      queue,
      jobs.map((job) => job.id),
    );
    done += jobs.length;
  }
}
