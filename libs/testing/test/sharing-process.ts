// A test run of two processes that use the shared servers. It prints the servers of the main process and its worker,
// and keeps running.
import { fork } from 'node:child_process';
import { testPostgres, testRedis } from '../src/index.ts';

const postgres = await testPostgres();
const redis = await testRedis();
const addresses = [postgres.url, 'unavailable' in redis ? '' : redis.url];
if (process.send) {
  process.send(addresses);
} else {
  fork(import.meta.filename).on('message', (others) => {
    console.log(JSON.stringify([addresses, others]));
    setInterval(() => undefined, 60_000);
  });
}
