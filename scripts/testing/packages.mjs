import { existsSync, globSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';

/** Where jest leaves the results of a package, relative to the package. */
export const resultsFile = 'dist/test-results.json';

/** The workspaces that have tests, as `{ name, folder }`. */
export function packagesWithTests() {
  const { workspaces } = JSON.parse(readFileSync('package.json', 'utf8'));
  return globSync(workspaces.map((pattern) => `${pattern}/package.json`))
    .map((file) => ({ folder: path.dirname(file), manifest: JSON.parse(readFileSync(file, 'utf8')) }))
    .filter(({ manifest }) => manifest.scripts?.test !== undefined)
    .map(({ folder, manifest }) => ({ name: manifest.name, folder }))
    .sort((a, b) => (a.folder < b.folder ? -1 : 1));
}

/** The package somebody means by its name, the last part of it, or its folder. */
export function findPackage(packages, word) {
  const wanted = word.replace(/^\.\//, '').replace(/\/$/, '');
  return packages.find(({ name, folder }) => [name, name.split('/')[1], folder].includes(wanted));
}

/** Forgets the results of the run before. */
export function clearResults({ folder }) {
  mkdirSync(path.join(folder, path.dirname(resultsFile)), { recursive: true });
  rmSync(path.join(folder, resultsFile), { force: true });
}

/** What jest wrote, or undefined while it has not. */
export function readResults({ folder }) {
  const file = path.join(folder, resultsFile);
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined; // still being written
  }
}

/** Whether there is anything that should have left results. */
export function hasTests({ folder }) {
  return globSync(`${folder}/{src,test}/**/*.test.ts`).length > 0;
}
