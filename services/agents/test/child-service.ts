import { runChild } from '@drippulse/service/harness';
import { service } from '../src/service.ts';

// Dies by SIGKILL at the point TEST_KILL_AT, after passing this point TEST_KILL_PASSES times.
let passes = Number(process.env['TEST_KILL_PASSES'] ?? 0);
await runChild(service, {
  async fault(point) {
    if (point !== process.env['TEST_KILL_AT']) return;
    passes -= 1;
    if (passes >= 0) return;
    process.kill(process.pid, 'SIGKILL');
    await new Promise(() => undefined);
  },
});
