import { runChild } from '@drippulse/service/harness';
import { service } from '../src/service.ts';

let left = Number(process.env['TEST_KILL_AFTER']);

// Dies by SIGKILL when it has reached the point TEST_KILL_AT a given number of times.
await runChild(service, {
  runFault(point) {
    if (point !== process.env['TEST_KILL_AT']) return;
    left -= 1;
    if (left < 0) process.kill(process.pid, 'SIGKILL');
  },
});
