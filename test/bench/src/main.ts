import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { benches } from './benches.ts';
import { printTable } from './print-table.ts';

/** `npm run bench -- <name> [--json] [--peers all] [--short]`: figures on standard output, progress on standard error. */
const usage = `npm run bench -- <name> [--json] [--peers all] [--short], where the name is one of: ${[...benches.keys()].join(', ')}`;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean' }, peers: { type: 'string' }, short: { type: 'boolean' } },
});
const [name = ''] = positionals;
const bench = benches.get(name);
if (bench === undefined || positionals.length > 1 || (values.peers ?? 'all') !== 'all') {
  console.error(usage);
  process.exit(1);
}
// What was started ends with this process.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));
// With more of other work on the machine than this, absolute figures say little; ratios still do.
const quietLoad = 0.2;
const [load = Number.NaN] = loadavg();
const measured = await bench({
  short: values.short === true,
  allPeers: values.peers === 'all',
  progress: (line) => console.error(line),
});
const figures = { ...measured, load_before: Math.round(load * 100) / 100, counts: load < quietLoad ? 'yes' : 'no' };
if (values.json === true) console.log(JSON.stringify(figures));
else printTable(name, figures);
process.exit();
