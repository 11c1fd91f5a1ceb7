import { expect, test } from '@jest/globals';
import { type Outcome, verdictOf } from './verdict.ts';

const versions = { version: 2, activeVersion: 1, trials: 3 };

/** Builds outcomes. Each case lists the trials that version 2 passes, then the trials that version 1 passes. */
function outcomesOf(cases: readonly (readonly [readonly number[], readonly number[]])[]): Outcome[] {
  return cases.flatMap(([own, active], index) =>
    [1, 2, 3].flatMap((trial) => [
      { caseId: BigInt(index + 1), version: 2, trial, passed: own.includes(trial) },
      { caseId: BigInt(index + 1), version: 1, trial, passed: active.includes(trial) },
    ]),
  );
}

const all = [1, 2, 3];
test.each([
  ['as good in each trial', [[all, all]], false],
  ['worse in each', [[[], all]], true],
  ['worse in most', [[[3], all]], true],
  ['worse in one of three', [[[1, 2], all]], false],
  [
    'worse at one case and better at another',
    [
      [[], all],
      [all, []],
    ],
    false,
  ],
  ['better', [[all, []]], false],
] as const)('a version that is %s', (_what, cases, isWorse) => {
  expect(verdictOf(outcomesOf(cases), versions).isWorse).toBe(isWorse);
});

test('a case is passed by most of its trials, and what was not run yet says nothing', () => {
  const outcomes = outcomesOf([
    [[1, 2], [1]],
    [all, all],
  ]).map((outcome) => (outcome.caseId === 2n && outcome.trial === 3 ? { ...outcome, passed: null } : outcome));
  expect(verdictOf(outcomes, versions)).toEqual({
    cases: [{ caseId: 1n, passed: 2, activePassed: 1, isWorse: false }],
    passed: 1,
    activePassed: 0,
    isWorse: false,
  });
});

test('a version that is compared with none is not worse', () => {
  const outcomes = outcomesOf([[[], []]]).filter(({ version }) => version === 2);
  const alone = { version: 2, activeVersion: null, trials: 3 };
  expect(verdictOf(outcomes, alone)).toMatchObject({ passed: 0, activePassed: undefined, isWorse: false });
});
