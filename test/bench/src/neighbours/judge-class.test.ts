import { expect, test } from '@jest/globals';
import { judgeClass } from './judge-class.ts';
import { megabytes } from './pod-limits.ts';
import type { Times } from './quiet/work.ts';

const times = (reads: number, failures: Times['failures'] = {}): Times => ({
  ofKinds: { reads: [1, reads] },
  failures,
});
const observed = { memory: new Map(), stalls: new Map() };

test.each([
  [20, 120, true],
  [20, 121, false],
  [300, 600, true],
  [300, 601, false],
])('reads of %d ms alone and %d ms beside hold: %s', (alone, beside, holds) => {
  const { broken } = judgeClass({ ...observed, alone: times(alone), beside: times(beside) });
  expect(broken.length === 0).toBe(holds);
});

test('work of which nothing ended beside the attack does not hold', () => {
  const { broken } = judgeClass({ ...observed, alone: times(1), beside: { ofKinds: {}, failures: {} } });
  expect(broken).toEqual(['p99 of reads is NaN ms, and should be at most 101']);
});

test('a failed call and a process at the limit of its pod are reasons, and are counted', () => {
  const memory = new Map([
    ['crm', { peak: 512, limit: 512 }],
    ['gateway', { peak: 511, limit: 512 }],
  ]);
  const verdict = judgeClass({ ...observed, memory, alone: times(1), beside: times(1, { 503: 2, late: 1 }) });
  expect(verdict.broken).toEqual(['failures: 503 2 times, late 1 times', 'crm needs 512 MB, and its pod has 512']);
  expect(verdict).toMatchObject({ failuresBeside: 3, beyondPodLimit: 1, figures: { answers_503_beside: 2 } });
});

test('quantities of memory are read as Kubernetes does', () => {
  expect([megabytes('512Mi'), megabytes('2Gi')]).toEqual([512, 2048]);
  expect(() => megabytes('512M')).toThrow('no quantity');
});
