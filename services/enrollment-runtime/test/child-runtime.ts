import { runChild } from '@drippulse/service/harness';
import { service } from '../src/service.ts';

// Dies by SIGKILL the first time that it reaches the point of TEST_KILL_AT.
await runChild(service, {
  fault(point) {
    if (point === process.env['TEST_KILL_AT']) process.kill(process.pid, 'SIGKILL');
  },
});
