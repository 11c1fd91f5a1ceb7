import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSummary } from './summary.mjs';

const passed = { status: 'passed', title: 'a', ancestorTitles: [], fullName: 'a' };
const failed = { status: 'failed', title: 'b', ancestorTitles: [], fullName: 'b' };
const good = (file) => ({ file, seconds: 1, tests: [passed, { ...passed, fullName: 'b' }] });
const bad = (file) => ({ file, seconds: 1, tests: [passed, failed], failure: 'wrong' });

function summaryOf(suites, { again = [], isCi = true } = {}) {
  const summary = createSummary({ isCi });
  for (const suite of suites) summary.addSuite(suite);
  const secondRuns = summary.secondRuns();
  for (const suite of again) summary.addSecondRun(suite);
  return { secondRuns, ...summary.result() };
}

test('a suite that passes when it is run again counts as passed, and a line says so', () => {
  const { secondRuns, lines, hasFailed } = summaryOf([bad('x'), good('y')], { again: [good('x')] });
  assert.deepEqual(secondRuns, ['x']);
  assert.deepEqual(lines.slice(2), ['PASSED ON SECOND RUN  x › b', '4 passed, 0 failed, 0 skipped']);
  assert.equal(hasFailed, false);
});

test('a suite that fails twice fails the run', () => {
  const { lines, hasFailed } = summaryOf([bad('x'), good('y')], { again: [bad('x')] });
  assert.deepEqual(lines.slice(2), ['FAILED   x › b', '3 passed, 1 failed, 0 skipped']);
  assert.equal(hasFailed, true);
});

test('without a second run the first failure stands', () => {
  assert.equal(summaryOf([bad('x')]).hasFailed, true);
});

test('more than ten failed suites get no second run', () => {
  const suites = Array.from({ length: 10 }, (_, n) => bad(`x${n}`));
  assert.equal(summaryOf(suites).secondRuns.length, 10);
  assert.deepEqual(summaryOf([...suites, bad('y')]).secondRuns, []);
});

test('a suite that failed as a whole is one failure', () => {
  const { lines } = summaryOf([{ file: 'x', seconds: 1, tests: [], failure: 'was ended' }]);
  assert.deepEqual(lines.slice(1), ['FAILED   x: the suite itself failed', '0 passed, 1 failed, 0 skipped']);
});

test('a suite without its server is named with the reason, and in CI that fails', () => {
  const skipped = { ...passed, status: 'pending', title: 'NOT RUN: Kafka needs Java 17.' };
  const suite = { file: 'x', seconds: 1, tests: [skipped] };
  assert.deepEqual(summaryOf([suite]).lines.slice(1), [
    'NOT RUN  x: Kafka needs Java 17.',
    'FAILED   x: not run, and in CI every suite must run',
    '0 passed, 1 failed, 1 skipped',
  ]);
  assert.equal(summaryOf([suite], { isCi: false }).hasFailed, false);
});
