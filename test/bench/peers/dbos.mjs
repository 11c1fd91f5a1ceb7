// DBOS, with a workflow that has as many steps as the platform's. Workflows start without a queue, a hundred at a time.
import { DBOS } from '@dbos-inc/dbos-sdk';
import { config, measure } from './peer.mjs';

const { databaseUrl, enrollments, warmUpEnrollments, stepsOfEach } = config;
const concurrency = 100;

async function walk(contact) {
  for (let step = 0; step < stepsOfEach; step += 1) {
    await DBOS.runStep(async () => contact, { name: `step${step}` });
  }
}
const walkWorkflow = DBOS.registerWorkflow(walk, { name: 'walk' });
DBOS.setConfig({ name: 'bench', systemDatabaseUrl: databaseUrl, logLevel: 'error', runAdminServer: false });
await DBOS.launch();
await work(warmUpEnrollments);
await measure(async () => {
  await work(enrollments);
  return { steps: enrollments * stepsOfEach };
});

async function work(count) {
  let next = 0;
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      for (let contact = next++; contact < count; contact = next++) await walkWorkflow(contact);
    }),
  );
}
