import { runChild } from '@drippulse/service/harness';
import { service } from '../src/service.ts';

/** Dies at the point named by TEST_FAULT. */
await runChild(service, {
  fault: async (point) => {
    if (point === process.env['TEST_FAULT']) process.kill(process.pid, 'SIGKILL');
  },
});
