import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { benches, parts } from './benches.ts';
import { compare, fewestPairs } from './comparing/compare.ts';
import { comparisonTable } from './comparing/comparison-table.ts';
import { runBench } from './comparing/run-bench.ts';
import { beyondShortLimits } from './judged.ts';
import { measure } from './measure.ts';
import { printTable } from './print-table.ts';

/** The command `npm run bench`: figures on standard output, progress on standard error. */
const usage = `npm run bench -- <bench> [--json] [--peers all] [--short] [--size <name>=<n> …] [--only <part>]
npm run bench -- --short [--json]
npm run bench -- compare <base> [<bench> …] [--pairs ${fewestPairs}] [--short] [--json]

The second form runs each bench for seconds and compares its ratios with their limits.
The third runs benches in a commit and in the working tree in turn, and fails when a judged figure is surely more than 5 %
worse.
Benches: ${[...benches.keys()].join(', ')}
${[...parts].map(([bench, names]) => `Parts of ${bench}: ${names.join(', ')}`).join('\n')}`;

const root = fileURLToPath(new URL('../../..', import.meta.url));
const { values, positionals } = readArguments();
const [name, ...names] = positionals;
const short = values.short === true;
const progress = (line: string) => console.error(line);
const interrupted = new AbortController();
// When the process exits, the benches stop the servers that they started. A running comparison must first remove its
// work tree, so it is only aborted here.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (isAlone()) process.exit(130);
    interrupted.abort(new Error('Interrupted.'));
  });
}
try {
  if (name === 'compare') await runComparison();
  else if (name === undefined && short) await runAllShort();
  else await runOne();
} catch (error) {
  console.error(interrupted.signal.aborted ? 'Interrupted.' : error);
  process.exitCode = 1;
}
process.exit();

async function runOne(): Promise<void> {
  const bench = benches.get(name ?? '');
  if (name === undefined || bench === undefined || names.length > 0) refuse();
  const { only } = values;
  if (only !== undefined && !parts.get(name)?.includes(only)) refuse();
  const options = {
    ...{ short, allPeers: values.peers === 'all', sizes: readSizes(values.size ?? []), progress },
    ...(only !== undefined && { only }),
  };
  const { figures, better } = await measure(name, bench, options);
  if (values.json === true) console.log(JSON.stringify({ ...figures, better }));
  else printTable(name, figures);
}

/** Runs the benches in separate processes, as when each runs alone. */
async function runAllShort(): Promise<void> {
  const all: Record<string, object> = {};
  for (const bench of benches.keys()) {
    progress(`${bench} …`);
    const figures = await shortFigures(bench);
    if (figures === undefined) continue;
    const beyond = beyondShortLimits(bench, figures);
    all[bench] = { ...figures, beyond };
    if (beyond.length > 0) process.exitCode = 1;
    if (values.json !== true) printTable(bench, figures);
    for (const sentence of beyond) console.error(`${bench}: ${sentence}`);
  }
  if (values.json === true) console.log(JSON.stringify(all));
}

/** Returns the figures of a bench; undefined when it failed, so that the others are still measured. */
async function shortFigures(bench: string): Promise<Awaited<ReturnType<typeof runBench>> | undefined> {
  try {
    return await runBench(root, bench, { short, signal: interrupted.signal });
  } catch (error) {
    if (interrupted.signal.aborted) throw error;
    console.error(`${bench}:`, error);
    process.exitCode = 1;
    return undefined;
  }
}

async function runComparison(): Promise<void> {
  const [base, ...chosen] = names;
  const pairs = Number(values.pairs ?? fewestPairs);
  if (base === undefined || !Number.isInteger(pairs) || pairs < fewestPairs) refuse();
  if (chosen.some((each) => !benches.has(each))) refuse();
  const comparison = await compare({
    root,
    base,
    benches: chosen.length > 0 ? chosen : [...benches.keys()],
    pairs,
    short,
    signal: interrupted.signal,
    progress,
  });
  console.log(values.json === true ? JSON.stringify(comparison) : comparisonTable(comparison));
  if (comparison.isWorse) process.exitCode = 1;
}

/** Whether this process itself runs the measurement, and not a child process. */
function isAlone(): boolean {
  return name !== 'compare' && name !== undefined;
}

function readArguments() {
  try {
    const read = parseArgs({
      allowPositionals: true,
      options: {
        json: { type: 'boolean' },
        only: { type: 'string' },
        pairs: { type: 'string' },
        peers: { type: 'string' },
        short: { type: 'boolean' },
        size: { type: 'string', multiple: true },
      },
    });
    if ((read.values.peers ?? 'all') !== 'all') refuse();
    return read;
  } catch {
    return refuse();
  }
}

function readSizes(given: readonly string[]): Record<string, number> {
  return Object.fromEntries(
    given.map((size) => {
      const [, name, count] = /^(\w+)=(\d+)$/.exec(size) ?? refuse();
      return [name, Number(count)];
    }),
  );
}

function refuse(): never {
  console.error(usage);
  process.exit(1);
}
