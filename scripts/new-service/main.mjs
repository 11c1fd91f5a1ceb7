// The command `npm run new:service -- <name>` makes a service from the template, or removes a service. The usage is
// below.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { root } from '../setup/install.mjs';
import { follow } from './follow.mjs';
import { namesOf, problemWith } from './names.mjs';
import { filesOf } from './render.mjs';
import { withEntry, withoutEntry } from './table.mjs';
import { readTree } from './tree.mjs';

const usage = `npm run new:service -- <name>            makes the service <name> from scripts/new-service/template
npm run new:service -- <name> --publishes  the same, with a topic of events and their tables
npm run new:service -- <name> --dry-run  lists what that would write
npm run new:service -- <name> --remove   removes a service that no other one names: folder, protos and entry

The name is in kebab-case, such as usage-metering; its schema and the area of its protos are usage_metering.`;

const table = 'libs/topology/src/services.ts';
const { values, positionals } = parseArgs({
  allowPositionals: true,
  strict: false,
  options: {
    'dry-run': { type: 'boolean' },
    publishes: { type: 'boolean' },
    remove: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  },
});
const unknown = Object.keys(values).find((option) => !['dry-run', 'publishes', 'remove', 'help'].includes(option));
const [name, ...more] = positionals;

if (values.help) console.log(usage);
else if (unknown !== undefined) fail(`There is no option --${unknown}.\n\n${usage}`);
else if (name === undefined || more.length > 0) fail(`Give one name.\n\n${usage}`);
else if (values.remove) await remove(name);
else await make(name);

async function make(wanted) {
  const tree = readTree();
  const problem = problemWith(wanted, tree);
  if (problem !== undefined) return fail(problem);
  const names = namesOf(wanted);
  const { publishes } = values;
  const files = filesOf(names, tree, { publishes });
  const text = withEntry(readFileSync(path.join(root, table), 'utf8'), names, { publishes });
  if (values['dry-run']) {
    for (const file of files.keys()) console.log(`would write   ${file}`);
    console.log(`would change  ${table}`);
    console.log('would change  package-lock.json, and what npm run generate makes of the table and the protos');
    return;
  }
  for (const [file, content] of files) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), content);
    console.log(`wrote    ${file}`);
  }
  writeFileSync(path.join(root, table), text);
  console.log(`changed  ${table}`);
  await follow(names, { isThere: true });
  console.log(`\nThe service ${wanted} is there: npm test -- ${wanted}, npm start.`);
}

async function remove(wanted) {
  const names = namesOf(wanted);
  const folder = path.join(root, 'services', wanted);
  if (!existsSync(folder)) return fail(`There is no folder services/${wanted}.`);
  const { text, problem } = withoutEntry(readFileSync(path.join(root, table), 'utf8'), names);
  if (problem !== undefined) return fail(problem);
  const gone = [folder, path.join(root, 'proto/drippulse', names.schema)];
  if (values['dry-run']) {
    for (const each of gone) console.log(`would remove  ${path.relative(root, each)}`);
    console.log(`would change  ${table}`);
    return;
  }
  for (const each of gone) rmSync(each, { recursive: true, force: true });
  writeFileSync(path.join(root, table), text);
  await follow(names, { isThere: false });
  console.log(`The service ${wanted} is gone.`);
}

function fail(message) {
  console.error(message);
  process.exitCode = 1;
}
