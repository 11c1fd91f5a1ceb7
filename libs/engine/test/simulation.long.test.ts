import { test } from '@jest/globals';
import { simulate } from './simulation.ts';

test('in 10,000 random graphs, whatever is interrupted, repeated or late, a run ends the same way, with no step skipped and each effect once', () => {
  simulate(10_000);
});
