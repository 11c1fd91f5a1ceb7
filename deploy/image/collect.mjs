// Copies one service with the workspaces and packages it uses into a folder: what its image holds.
// node deploy/image/collect.mjs <service> <folder>
import { cpSync, existsSync, globSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

const [service, folder] = process.argv.slice(2);
if (service === undefined || folder === undefined) {
  console.error('node deploy/image/collect.mjs <service> <folder>');
  process.exit(1);
}

const { workspaces } = JSON.parse(readFileSync('package.json', 'utf8'));
const manifests = globSync(workspaces.map((pattern) => `${pattern}/package.json`)).map((file) => {
  const { name, dependencies = {} } = JSON.parse(readFileSync(file, 'utf8'));
  return { name, folder: path.dirname(file), dependencies: Object.keys(dependencies) };
});
const byName = new Map(manifests.map((manifest) => [manifest.name, manifest]));
const start = manifests.find((manifest) => manifest.folder === path.join('services', service));
if (start === undefined) {
  console.error(`There is no service "${service}".`);
  process.exit(1);
}

const used = new Set([start]);
for (const { dependencies } of used) {
  for (const name of dependencies) if (byName.has(name)) used.add(byName.get(name));
}

cpSync('package.json', path.join(folder, 'package.json'));
cpSync('node_modules', path.join(folder, 'node_modules'), { recursive: true, verbatimSymlinks: true });
for (const { name, folder: source } of manifests) {
  if (!used.has(byName.get(name))) rmSync(path.join(folder, 'node_modules', name), { recursive: true, force: true });
  else for (const part of ['package.json', 'src', 'gen', 'node_modules']) copy(path.join(source, part));
}

function copy(part) {
  if (existsSync(part)) cpSync(part, path.join(folder, part), { recursive: true, verbatimSymlinks: true });
}
