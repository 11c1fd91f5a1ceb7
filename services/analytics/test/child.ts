import { runChild } from '@drippulse/service/harness';
import { service } from '../src/service.ts';

/** Dies at the point that TEST_FAULT names. */
await runChild(service, {
  fault: async (point) => {
    if (point === process.env['TEST_FAULT']) process.kill(process.pid, 'SIGKILL');
  },
});
