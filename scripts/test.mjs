// What `npm test` runs: the checks, then the tests of every package against one set of servers, then one plain last line.
// `npm test -- <package>` runs the tests of that package only.
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { checks } from './testing/checks.mjs';
import { endAll, run } from './testing/children.mjs';
import {
  clearResults,
  findPackage,
  hasTests,
  packagesWithTests,
  readResults,
  resultsFile,
} from './testing/packages.mjs';
import { startServers } from './testing/servers.mjs';
import { createSummary } from './testing/summary.mjs';

const isCi = process.env.CI === 'true' || process.env.CI === '1';
const summary = createSummary({ isCi });
const words = process.argv.slice(2).filter((word) => word !== '--');
const packages = choosePackages(packagesWithTests());
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

console.log('Starting the servers that tests use …');
const servers = await startServers(console.log);
try {
  if (words.length === 0) await runChecks();
  if (!interrupted) await runTests(servers.env);
} finally {
  await servers.stop();
}
if (interrupted) {
  console.log('Interrupted.');
  process.exitCode = 130;
} else {
  summary.print();
  process.exitCode = summary.failed > 0 ? 1 : 0;
}

function choosePackages(all) {
  return words.length === 0 ? all : words.map((word) => findPackage(all, word) ?? unknownPackage(word, all));
}

function unknownPackage(word, all) {
  console.error(`There is no package "${word}". Packages: ${all.map(({ folder }) => folder).join(', ')}.`);
  process.exit(1);
}

/** Two at a time: most of them keep one core busy. */
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
  for (const each of packages) clearResults(each);
  console.log(`Running the tests of ${packages.length === 1 ? packages[0].folder : `${packages.length} packages`} …`);
  const startedAt = Date.now();
  const finished = new Set();
  let ended = false;
  const turbo = run(turboCommand(), {
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
    if (!finished.has(each) && hasTests(each)) summary.fail(`${each.folder}: its tests did not finish`);
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

function turboCommand() {
  const filters = words.length === 0 ? [] : packages.map(({ name }) => `--filter=${name}`);
  // In CI nothing that an earlier run left may stand in for a test.
  const caching = isCi ? ['--force', '--no-cache'] : [];
  return [
    ...['turbo', 'run', 'test', '--continue', '--concurrency=2', '--output-logs=errors-only', '--log-order=grouped'],
    ...[...caching, ...filters, '--', '--json', `--outputFile=${resultsFile}`],
  ];
}

function seconds(startedAt) {
  return `${((Date.now() - startedAt) / 1000).toFixed(1)} s`;
}
