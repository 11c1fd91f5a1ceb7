// pg-boss. Each job is a call to the receiver, made by two loops that fetch 500 jobs at a time. The job's row is the
// intent and its output the answer. Each job is completed in a call of its own, because jobs that are completed
// together have one output.
import http from 'node:http';
import { text } from 'node:stream/consumers';
import { PgBoss } from 'pg-boss';
import { config, measure } from './peer.mjs';

const queue = 'effects';
const batchSize = 500;
const concurrency = 2;
const { databaseUrl, receiverUrl, effects, warmUpEffects } = config;
/** The maximum number of connections equals that of the platform's client for one origin. */
const agent = new http.Agent({ keepAlive: true, maxSockets: 128 });

const boss = new PgBoss({ connectionString: databaseUrl, supervise: false, schedule: false });
boss.on('error', (error) => console.error(error));
await boss.start();
await boss.createQueue(queue);
await send(warmUpEffects);
await work(warmUpEffects);
await send(effects);
await measure(() => work(effects));

async function send(count) {
  const jobs = Array.from({ length: count }, (_, n) => ({
    data: { email: `person${n}@example.com`, name: `First${n % 500} Last${n % 3000}`, score: n % 100 },
  }));
  await boss.insert(queue, jobs);
}

async function work(count) {
  const done = await Promise.all(Array.from({ length: concurrency }, workUntilEmpty));
  const steps = done.reduce((sum, each) => sum + each, 0);
  if (steps !== count) throw new Error(`${steps} of ${count} jobs were completed`);
  return { steps };
}

async function workUntilEmpty() {
  for (let done = 0; ; ) {
    const jobs = await boss.fetch(queue, { batchSize });
    if (jobs.length === 0) return done;
    await Promise.all(jobs.map(async (job) => boss.complete(queue, job.id, await call(job))));
    done += jobs.length;
  }
}

function call({ id, data }) {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'idempotency-key': id };
    const request = http.request(`${receiverUrl}/leads`, { method: 'POST', agent, headers }, (response) => {
      text(response).then((body) => resolve({ status: response.statusCode, body: JSON.parse(body) }), reject);
    });
    request.on('error', reject);
    request.end(JSON.stringify(data));
  });
}
