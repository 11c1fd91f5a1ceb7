// BullMQ on Redis, with one worker that completes each job immediately. A job is a step.
import { Queue, Worker } from 'bullmq';
import { config, measure } from './peer.mjs';

const { redisUrl, enrollments, warmUpEnrollments, stepsOfEach } = config;
const { hostname, port } = new URL(redisUrl);
const connection = { host: hostname, port: Number(port), maxRetriesPerRequest: null };
const steps = enrollments * stepsOfEach;
const warmUpSteps = warmUpEnrollments * stepsOfEach;
const concurrency = 500;

const queue = new Queue('steps', { connection });
let left = 0;
let finish = () => undefined;
const worker = new Worker('steps', async () => undefined, { connection, concurrency, autorun: false });
worker.on('error', (error) => console.error(error));
worker.on('completed', () => {
  left -= 1;
  if (left === 0) finish();
});
await send(warmUpSteps);
const running = worker.run();
running.catch((error) => console.error(error));
await drained(warmUpSteps);
await worker.pause();
await send(steps);
await measure(async () => {
  const done = drained(steps);
  worker.resume();
  await done;
  return { steps };
});

async function send(count) {
  for (let sent = 0; sent < count; sent += 5_000) {
    const jobs = Array.from({ length: Math.min(5_000, count - sent) }, (_, index) => ({
      name: 'step',
      data: { contact: sent + index },
      opts: { removeOnComplete: true },
    }));
    await queue.addBulk(jobs);
  }
}

function drained(count) {
  left = count;
  return new Promise((resolve) => {
    finish = resolve;
  });
}
