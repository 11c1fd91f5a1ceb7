// `npm test`: the checks, then the tests of every package against one set of servers, then the totals.
// `npm run test:long`: the long tests in the same way. `npm test -- --help` lists how to run less.
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { checks } from './testing/checks.mjs';
import { endAll, run } from './testing/children.mjs';
import {
  clearResults,
  commandsOf,
  hasTests,
  longTests,
  packagesWithTests,
  readResults,
  resultsFile,
  testFiles,
} from './testing/packages.mjs';
import { selectTests, usage } from './testing/selection.mjs';
import { startServers } from './testing/servers.mjs';
import { createSummary } from './testing/summary.mjs';

const isCi = process.env.CI === 'true' || process.env.CI === '1';
const summary = createSummary({ isCi });
const selected = selectTests(process.argv.slice(2), { packages: packagesWithTests(), files: testFiles() });
let interrupted = false;

// Under npm, Ctrl-C arrives more than once.
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    if (interrupted) return;
    interrupted = true;
    endAll('SIGTERM');
    setTimeout(() => endAll('SIGKILL'), 10_000).unref();
  });
}

if (selected.kind === 'help') console.log(usage);
else if (selected.kind === 'error') {
  console.error(`${selected.message}\n\n${usage}`);
  process.exitCode = 1;
} else if (selected.kind === 'files') process.exitCode = (await runFiles()) ? 0 : 1;
else await runAll();
if (interrupted) {
  console.log('Interrupted.');
  process.exitCode = 130;
}

/** Shows the lines of jest as they come. Each suite starts the servers it needs. */
async function runFiles() {
  for (const command of commandsOf(selected.files, selected.options)) {
    const { ok } = await run(command, { live: true });
    if (!ok || interrupted) return false;
  }
  return true;
}

async function runAll() {
  if (selected.kind === 'checks') await runChecks();
  else {
    console.log('Starting the servers that tests use …');
    const servers = await startServers(console.log);
    try {
      if (selected.isWhole && !selected.isLong) await runChecks();
      if (!interrupted) await runTests(servers.env);
    } finally {
      await servers.stop();
    }
  }
  if (interrupted) return;
  summary.print();
  process.exitCode = summary.failed > 0 ? 1 : 0;
}

/** Runs two checks at a time, because most of them keep one core busy. */
async function runChecks() {
  const queue = [...checks];
  await Promise.all([worker(), worker()]);

  async function worker() {
    for (let check = queue.shift(); check !== undefined && !interrupted; check = queue.shift()) await runCheck(check);
  }
}

async function runCheck({ name, run: start }) {
  const startedAt = Date.now();
  const { ok, output, skipped } = await start();
  if (interrupted) return;
  if (skipped !== undefined) {
    summary.skip();
    console.log(`- ${name}: skipped, ${skipped}`);
    return;
  }
  console.log(`${ok ? '✓' : '✗'} ${name} (${seconds(startedAt)})`);
  if (ok) return summary.pass();
  console.log(output);
  summary.fail(name);
}

async function runTests(env) {
  const packages = selected.packages.filter((each) => hasTests(each, selected));
  if (packages.length === 0) return summary.fail('there is no such test');
  for (const each of packages) clearResults(each);
  console.log(`Running the tests of ${packages.length === 1 ? packages[0].folder : `${packages.length} packages`} …`);
  const startedAt = Date.now();
  const finished = new Set();
  let ended = false;
  const turbo = run(turboCommand(packages), {
    live: true,
    env: { ...env, TURBO_TELEMETRY_DISABLED: '1', TURBO_NO_UPDATE_NOTIFIER: '1' },
  }).finally(() => {
    ended = true;
  });
  while (!ended) {
    await Promise.race([turbo, sleep(500)]);
    for (const each of packages) report(each);
  }
  if (interrupted) return;
  const { ok } = await turbo;
  for (const each of packages) {
    if (!finished.has(each)) summary.fail(`${each.folder}: its tests did not finish`);
  }
  if (!ok && summary.failed === 0) summary.fail('turbo run test');

  function report(each) {
    const results = finished.has(each) ? undefined : readResults(each);
    if (results === undefined) return;
    finished.add(each);
    const { numPassedTests: passed, numFailedTests: failed, numPendingTests: skipped } = results;
    const counts = [
      `${passed} passed`,
      ...(failed ? [`${failed} failed`] : []),
      ...(skipped ? [`${skipped} skipped`] : []),
    ];
    console.log(`${results.success ? '✓' : '✗'} ${each.folder}: ${counts.join(', ')} (after ${seconds(startedAt)})`);
    summary.addSuites(each.folder, results);
  }
}

function turboCommand(packages) {
  // In CI no cached result replaces a test.
  const caching = isCi ? ['--force', '--no-cache'] : [];
  const matching = selected.isLong ? ['--testMatch', longTests] : [];
  return [
    ...['turbo', 'run', 'test', '--continue', '--concurrency=2', '--output-logs=errors-only', '--log-order=grouped'],
    ...[...caching, ...packages.map(({ name }) => `--filter=${name}`)],
    ...['--', '--json', `--outputFile=${resultsFile}`, ...matching],
  ];
}

function seconds(startedAt) {
  return `${((Date.now() - startedAt) / 1000).toFixed(1)} s`;
}
