// The command `npm test` runs the checks, then the suites against one set of servers, then a second run of the failed
// suites, and then prints the totals. `npm run test:long` does this with the long tests. `npm test -- --help` lists how
// to run less.
import os from 'node:os';
import process from 'node:process';
import { checks } from './testing/checks.mjs';
import { askAllToEnd, endAll, run } from './testing/children.mjs';
import { jestLive, runSuites } from './testing/run-suites.mjs';
import { selectTests, usage } from './testing/selection.mjs';
import { startServers } from './testing/servers.mjs';
import { inRooms, jestFiles, packageOf, scriptFiles } from './testing/suites.mjs';
import { counterOf, createSummary, hasFailed } from './testing/summary.mjs';

const minute = 60_000;
const isCi = process.env.CI === 'true' || process.env.CI === '1';
const summary = createSummary({ isCi });
const selected = selectTests(process.argv.slice(2), { jestFiles: jestFiles(), scriptFiles: scriptFiles() });
/** Time limits, so that a test that hangs ends with a message, before an external limit ends the run without one. */
const ceilings = selected.isLong
  ? { suiteMs: 20 * minute, runMs: 240 * minute }
  : { suiteMs: 5 * minute, runMs: 45 * minute };
let isOver = false;

// Under npm, Ctrl-C is delivered more than once.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, interrupt);

if (selected.kind === 'help') console.log(usage);
else if (selected.kind === 'error') {
  console.error(`${selected.message}\n\n${usage}`);
  process.exitCode = 1;
} else if (selected.kind === 'files') process.exitCode = (await runFiles(selected)) ? 0 : 1;
else await runAll();

function interrupt() {
  if (isOver) return;
  isOver = true;
  console.log('Interrupted.');
  process.exitCode = 130;
  askAllToEnd();
  setTimeout(endAll, 10_000).unref();
}

/** Shows the lines of jest as they arrive. In this mode each suite starts the servers that it needs. */
async function runFiles({ files, options }) {
  const ofScripts = files.filter((file) => file.endsWith('.mjs'));
  const ofJest = files.filter((file) => file.endsWith('.ts'));
  const commands = [
    ...(ofJest.length > 0 ? [jestLive(ofJest, options)] : []),
    ...(ofScripts.length > 0 ? [['node', '--test', ...ofScripts]] : []),
  ];
  for (const command of commands) {
    const { ok } = await run(command, { live: true });
    if (!ok || isOver) return false;
  }
  return true;
}

async function runAll() {
  if (selected.kind === 'checks') await runChecks();
  else {
    console.log('Starting the servers that tests use …');
    const starting = startServers(console.log);
    try {
      // The checks need no server. If one fails, no test starts.
      const passed = selected.isWhole && !selected.isLong ? await runChecks() : true;
      const servers = await starting;
      if (passed && !isOver) await runTests(servers.env);
    } finally {
      await (await starting.catch(() => undefined))?.stop();
    }
  }
  if (process.exitCode === 130) return;
  const { lines, hasFailed } = summary.result();
  for (const line of lines) console.log(line);
  process.exitCode = hasFailed ? 1 : 0;
}

/** Runs two checks at a time, because most of them keep one core busy. Resolves with true if all checks passed. */
async function runChecks() {
  const queue = [...checks];
  let passed = true;
  await Promise.all([worker(), worker()]);
  return passed;

  async function worker() {
    for (let check = queue.shift(); check !== undefined && !isOver; check = queue.shift()) {
      passed = (await runCheck(check)) && passed;
    }
  }
}

async function runCheck({ name, run: start }) {
  const startedAt = Date.now();
  const { ok, output, skipped } = await start();
  if (isOver) return false;
  if (skipped !== undefined) {
    summary.skip();
    console.log(`- ${name}: skipped, ${skipped}`);
    return true;
  }
  console.log(`${ok ? '✓' : '✗'} ${name} (${secondsSince(startedAt)})`);
  if (ok) summary.pass();
  else {
    console.log(output);
    summary.fail(name);
  }
  return ok;
}

async function runTests(env) {
  const { files } = selected;
  if (files.length === 0) return summary.fail('there is no such test');
  console.log(`Running ${files.length} suites of ${new Set(files.map(packageOf)).size} packages …`);
  const startedAt = Date.now();
  const packages = Map.groupBy(files, packageOf);
  const ended = new Map();
  const ceiling = setTimeout(endRun, ceilings.runMs);
  const { alone, together } = inRooms(files);
  await runSuites(alone, { workers: 1, ceilingMs: ceilings.suiteMs, env, onEnd });
  if (alone.length > 0) console.log(`${alone.length} suites have run alone (after ${secondsSince(startedAt)})`);
  const workers = os.availableParallelism();
  if (!isOver) await runSuites(together, { workers, ceilingMs: ceilings.suiteMs, env, onEnd });
  if (!isOver) await runAgain(env);
  clearTimeout(ceiling);

  function onEnd(suite) {
    if (isOver) return;
    summary.addSuite(suite);
    showFailure(suite);
    ended.set(suite.file, suite);
    const folder = packageOf(suite.file);
    const suites = packages.get(folder).map((file) => ended.get(file));
    if (!suites.includes(undefined)) showPackage(folder, suites);
  }

  function showPackage(folder, suites) {
    const counts = Map.groupBy(
      suites.flatMap(({ tests }) => tests),
      ({ status }) => counterOf(status),
    );
    const shown = [...counts].map(([status, tests]) => `${tests.length} ${status}`).join(', ');
    console.log(`${suites.some(hasFailed) ? '✗' : '✓'} ${folder}: ${shown} (after ${secondsSince(startedAt)})`);
  }

  function endRun() {
    isOver = true;
    const missing = files.filter((file) => !ended.has(file));
    for (const each of missing.length > 0 ? missing : ['the second runs']) {
      summary.fail(`${each}: not finished within the ${ceilings.runMs / minute} minutes of a run`);
    }
    endAll();
  }
}

/** Runs each failed suite once more, alone. With FLAKY=fail, the first failure is final. */
async function runAgain(env) {
  if (process.env.FLAKY === 'fail') return;
  for (const file of summary.secondRuns()) {
    console.log(`Running ${file} a second time …`);
    await runSuites([file], { workers: 1, ceilingMs: ceilings.suiteMs, env, onEnd });
    if (isOver) return;
  }

  function onEnd(suite) {
    if (isOver) return;
    summary.addSecondRun(suite);
    showFailure(suite);
  }
}

function showFailure(suite) {
  if (!hasFailed(suite)) return;
  console.log(`✗ ${suite.file}\n${suite.failure}`);
  if (suite.output) console.log(suite.output);
}

function secondsSince(startedAt) {
  return `${((Date.now() - startedAt) / 1000).toFixed(1)} s`;
}
