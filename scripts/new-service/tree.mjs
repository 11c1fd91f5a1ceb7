import { globSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../setup/install.mjs';

const readJson = (file) => JSON.parse(readFileSync(path.join(root, file), 'utf8'));

/** Reads from the tree the names that a new service must not use again, and the versions of packages. */
export function readTree() {
  const { workspaces } = readJson('package.json');
  const manifests = globSync(
    workspaces.map((pattern) => `${pattern}/package.json`),
    { cwd: root },
  ).map(readJson);
  const { packages } = readJson('package-lock.json');
  const own = new Map(manifests.map(({ name, version }) => [name, version]));
  return {
    services: [...new Set([...serviceNames(), ...readdirSync(path.join(root, 'services'))])],
    areas: readdirSync(path.join(root, 'proto/drippulse')),
    packages: [...own.keys()],
    chartValues: Object.keys(readJson('helm/drippulse/values.schema.json').properties),
    positions: positions(),
    versionOf: (name) => own.get(name) ?? packages[`node_modules/${name}`].version,
  };
}

function serviceNames() {
  const text = readFileSync(path.join(root, 'libs/topology/src/services.ts'), 'utf8');
  return [...text.matchAll(/^ {2}'?([a-z0-9-]+)'?: \{$/gm)].map(([, name]) => name);
}

/** Reads the positions of the areas in the documentation. */
function positions() {
  const files = globSync('proto/drippulse/*/v1/*.proto', { cwd: root });
  const texts = files.map((file) => readFileSync(path.join(root, file), 'utf8'));
  return texts.flatMap((text) => [...text.matchAll(/\.position\) = (\d+);/g)].map(([, number]) => Number(number)));
}
