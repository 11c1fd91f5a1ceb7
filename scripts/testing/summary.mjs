/**
 * Matches the reason that libs/testing gives. A suite whose server or tool is missing has one skipped test with this
 * reason as its name.
 */
const unavailable =
  /^(?:NOT RUN: )?((?:Kafka|Redis|PostgreSQL|Helm|Kubernetes schemas|Prometheus|Python|Go|Chromium) needs? .*)$/;

/** The number of slowest suites to print. */
const slowestCount = 5;

/** Maximum number of failed suites for a second run. If more suites fail, the cause is not chance. */
const mostSecondRuns = 10;

/** Counts tests that passed, failed, were skipped or not run, and decides which suites get a second run. */
export function createSummary({ isCi }) {
  const suites = new Map();
  const again = new Map();
  const others = { passed: 0, failures: [], skipped: 0 };

  return {
    /** Counts a check that passed. */
    pass() {
      others.passed += 1;
    },
    /** Counts a check that was skipped. */
    skip() {
      others.skipped += 1;
    },
    /** Counts a failure that belongs to no suite. */
    fail(what) {
      others.failures.push(what);
    },
    addSuite(suite) {
      suites.set(suite.file, suite);
    },
    addSecondRun(suite) {
      again.set(suite.file, suite);
    },
    /** Returns the failed suites for a second run; empty when too many failed. */
    secondRuns() {
      const failed = [...suites.values()].filter(hasFailed).map(({ file }) => file);
      return failed.length > mostSecondRuns ? [] : failed;
    },
    /** Returns the lines to print at the end, and whether the run failed. */
    result() {
      const lines = [];
      const total = { passed: others.passed, failed: others.failures.length, skipped: others.skipped };
      const failures = [...others.failures];
      const slowest = [...suites.values()].sort((a, b) => b.seconds - a.seconds).slice(0, slowestCount);
      for (const { file, seconds } of slowest) lines.push(`${seconds.toFixed(0).padStart(5)} s  ${file}`);
      for (const first of suites.values()) {
        const last = again.get(first.file) ?? first;
        for (const { status } of last.tests) total[counterOf(status)] += 1;
        if (hasFailed(first) && !hasFailed(last)) {
          for (const name of namesOf(first)) lines.push(`PASSED ON SECOND RUN  ${name}`);
        } else if (hasFailed(last)) {
          failures.push(...namesOf(last));
          // The suite itself failed, not one of its tests.
          if (!last.tests.some(({ status }) => status === 'failed')) total.failed += 1;
        }
        const sentence = whyNotRun(last);
        if (sentence === undefined) continue;
        lines.push(`NOT RUN  ${last.file}: ${sentence}`);
        if (isCi && !hasFailed(last)) {
          total.failed += 1;
          failures.push(`${last.file}: not run, and in CI every suite must run`);
        }
      }
      for (const failure of failures) lines.push(`FAILED   ${failure}`);
      lines.push(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
      return { lines, hasFailed: total.failed > 0 };
    },
  };
}

/** Whether a suite failed, because of a test or as a whole. */
export function hasFailed({ failure }) {
  return failure !== undefined;
}

/** Returns the failed tests of a suite, or the suite itself. */
function namesOf({ file, tests }) {
  const failed = tests.filter(({ status }) => status === 'failed');
  return failed.length > 0
    ? failed.map(({ fullName }) => `${file} › ${fullName}`)
    : [`${file}: the suite itself failed`];
}

/** Returns the total that counts a test with this status. */
export function counterOf(status) {
  return status === 'passed' || status === 'failed' ? status : 'skipped';
}

/** Returns the reason why a suite was not run. */
function whyNotRun({ tests }) {
  const skipped = tests.filter(({ status }) => status === 'pending');
  const titles = skipped.flatMap((test) => [...test.ancestorTitles, test.title]);
  return titles.map((title) => unavailable.exec(title)?.[1]).find((sentence) => sentence !== undefined);
}
