import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { endTree, run } from './children.mjs';

const jest = [
  ...['node', '--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
  ...['--disable-warning=TimeoutNegativeWarning', 'node_modules/jest/bin/jest.js'],
];

/** Returns the command that shows suites as jest does, with one line for each test when the test ends. */
export function jestLive(files, options) {
  return [...jest, '--verbose', ...options, '--runTestsByPath', ...files];
}

/**
 * Runs suites of jest with a number of workers. Calls `onEnd` with the result of each suite: `file`, `seconds`, `tests`
 * with their status and names, and for a failed suite its messages as `failure`. A suite that takes longer than
 * `ceilingMs` is ended, and its failure names the running test.
 */
export async function runSuites(files, { workers, ceilingMs, env, onEnd }) {
  if (files.length === 0) return;
  const folder = mkdtempSync(path.join(os.tmpdir(), 'drippulse-workers-'));
  const running = new Map();
  const left = new Set(files);
  try {
    const { output } = await run(
      [...jest, `--maxWorkers=${workers}`, '--reporters=./scripts/testing/reporter.mjs', '--runTestsByPath', ...files],
      { env: { ...env, TEST_WORKERS_FOLDER: folder }, onLine: (line) => follow(JSON.parse(line)) },
    );
    // Jest itself has failed, or was ended.
    for (const file of left)
      onEnd({ file, seconds: 0, tests: [], failure: `The suite did not run to its end.\n${output}` });
  } finally {
    for (const { timer } of running.values()) clearTimeout(timer);
    rmSync(folder, { recursive: true, force: true });
  }

  function follow({ event, path: absolute, ...rest }) {
    const file = path.relative(process.cwd(), absolute);
    if (event === 'started') {
      running.set(file, { test: undefined, timer: setTimeout(() => end(file), ceilingMs) });
    } else if (event === 'test') {
      const suite = running.get(file);
      if (suite !== undefined) suite.test = rest.name;
    } else {
      const { timer, endedIn } = running.get(file) ?? {};
      clearTimeout(timer);
      running.delete(file);
      left.delete(file);
      onEnd({ file, ...rest, ...(endedIn && { failure: `${endedIn}\n${rest.failure}` }) });
    }
  }

  /** Ends the process that runs a suite, and all processes that the suite started. */
  function end(file) {
    const suite = running.get(file);
    const where = suite.test === undefined ? 'outside of its tests' : `in the test "${suite.test}"`;
    suite.endedIn = `The suite took longer than ${ceilingMs / 60_000} minutes and was ended ${where}.`;
    const pid = readdirSync(folder).find(
      (name) => readFileSync(path.join(folder, name), 'utf8') === path.resolve(file),
    );
    if (pid !== undefined) endTree(Number(pid));
  }
}
