import { runChild } from '@drippulse/service/harness';
import { service } from '../src/service.ts';
import { fixtureCatalog } from './fixture-provider.ts';

const { TEST_KILL_AT: point, TEST_EFFECTS: count } = process.env;
let reached = 0;

// Dies by SIGKILL once all effects have reached the point TEST_KILL_AT. Effects that reach it earlier wait.
await runChild(service, {
  catalog: fixtureCatalog(),
  async fault(at) {
    if (at !== point) return;
    reached += 1;
    if (reached === Number(count)) process.kill(process.pid, 'SIGKILL');
    await new Promise(() => undefined);
  },
});
