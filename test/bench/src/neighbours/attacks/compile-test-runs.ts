import { setTimeout as sleep } from 'node:timers/promises';
import type { Attack } from '../attack.ts';
import { sendCounted } from '../clients/repeat.ts';
import { largeSteps } from './large-steps.ts';

const testRuns = 30;

/** An attack that makes many concurrent test runs of large steps. */
export const compileTestRuns: Attack = {
  organizations: 1,
  async prepare(place, [token = '']) {
    const steps = largeSteps('', 200, '{{ first_name | append: long }}');
    const body = JSON.stringify({ steps, sample_data: { long: 'x'.repeat(1_000) } });
    const sent = { method: 'POST', path: '/workflows/test', token, body };
    return async (round) => {
      while (!round.signal.aborted) {
        await Promise.all(Array.from({ length: testRuns }, () => sendCounted(place, sent, round)));
        await sleep(200);
      }
    };
  },
};
