import path from 'node:path';
import process from 'node:process';

/** A suite without its server or tool has one skipped test, whose name is the reason from libs/testing. */
const unavailable = /^(?:NOT RUN: )?((?:Kafka|Redis|PostgreSQL|Helm|Kubernetes schemas|Prometheus) needs? .*)$/;

/** The number of slowest suites to print. */
const slowestCount = 5;

/**
 * Counts tests that passed, failed, were skipped or not run. Prints the slowest suites, the failures and the totals.
 */
export function createSummary({ isCi }) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  const failures = [];
  const notRun = new Map();
  const durations = [];

  return {
    pass(count = 1) {
      total.passed += count;
    },
    skip(count = 1) {
      total.skipped += count;
    },
    fail(what) {
      total.failed += 1;
      failures.push(what);
    },
    addSuites(folder, results) {
      total.passed += results.numPassedTests;
      total.skipped += results.numPendingTests + results.numTodoTests;
      for (const suite of results.testResults) addSuite(path.join(folder, path.relative(folder, suite.name)), suite);
    },
    get failed() {
      return total.failed;
    },
    print() {
      const slowest = durations.toSorted((a, b) => b.seconds - a.seconds).slice(0, slowestCount);
      for (const { shown, seconds } of slowest) console.log(`${seconds.toFixed(0).padStart(5)} s  ${shown}`);
      for (const [suite, sentence] of notRun) console.log(`NOT RUN  ${suite}: ${sentence}`);
      for (const failure of failures) console.log(`FAILED   ${failure}`);
      console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
    },
  };

  function addSuite(name, suite) {
    const shown = path.relative(process.cwd(), path.resolve(name));
    durations.push({ shown, seconds: (suite.endTime - suite.startTime) / 1000 });
    const failed = suite.assertionResults.filter((test) => test.status === 'failed');
    for (const test of failed) fail(`${shown} › ${test.fullName}`);
    if (suite.status === 'failed' && failed.length === 0) fail(`${shown}: the suite itself failed`);
    const sentence = whyNotRun(suite);
    if (sentence === undefined) return;
    notRun.set(shown, sentence);
    if (isCi) fail(`${shown}: not run, and in CI every suite must run`);
  }

  function fail(what) {
    total.failed += 1;
    failures.push(what);
  }
}

/** The reason of a suite that was not run. */
function whyNotRun(suite) {
  const skipped = suite.assertionResults.filter((test) => test.status === 'pending');
  const titles = skipped.flatMap((test) => [...test.ancestorTitles, test.title]);
  return titles.map((title) => unavailable.exec(title)?.[1]).find((sentence) => sentence !== undefined);
}
