// Copies one service with the workspaces and packages that it uses at run time into a folder: what its image holds.
// npm also installs what the tests of the workspaces use, so what is used is read from the lock file.
// node deploy/image/collect.mjs <service> <folder>
import { cpSync, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

const [service, folder] = process.argv.slice(2);
if (service === undefined || folder === undefined) fail('node deploy/image/collect.mjs <service> <folder>');

/** What is at each place: workspaces by their folder, links to them and packages below node_modules. */
const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
const start = `services/${service}`;
if (packages[start] === undefined) fail(`There is no service "${service}".`);

const used = new Set([start]);
for (const place of used) {
  const { link, resolved, dependencies, optionalDependencies, peerDependencies } = packages[place];
  if (link) used.add(resolved);
  for (const name of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })) {
    const found = find(name, place);
    if (found !== undefined && existsSync(found)) used.add(found);
  }
}

/** What a service reads at run time beside its sources. */
const reads = { gateway: ['docs/skills'] };

cpSync('package.json', path.join(folder, 'package.json'));
for (const place of reads[service] ?? []) copy(place);
for (const place of used) {
  const parts = place.includes('node_modules/') ? [''] : ['package.json', 'src', 'gen'];
  for (const part of parts) copy(path.join(place, part));
}

/** Where Node finds a package that is imported from a place: the nearest node_modules, from there upwards. */
function find(name, place) {
  for (let at = place; ; at = at === '.' ? '' : path.dirname(at)) {
    const candidate = path.posix.join(at === '.' ? '' : at, 'node_modules', name);
    if (packages[candidate] !== undefined) return candidate;
    if (at === '') return undefined;
  }
}

/** Packages within a package are places of their own, used or not. */
function copy(source) {
  if (!existsSync(source)) return;
  const target = path.join(folder, source);
  const nested = path.join(source, 'node_modules');
  cpSync(source, target, { recursive: true, verbatimSymlinks: true, filter: (file) => file !== nested });
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
