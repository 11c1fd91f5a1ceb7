import { runChild } from '@drippulse/service/harness';
import { service } from '../src/service.ts';

// A runtime that dies by SIGKILL the first time it reaches the point named in TEST_KILL_AT.
await runChild(service, {
  shiftMs: () => Number(process.env['TEST_SHIFT_MS'] ?? 0),
  fault(point) {
    if (point === process.env['TEST_KILL_AT']) process.kill(process.pid, 'SIGKILL');
  },
});
