import { existsSync, globSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';

/** The file of jest's results, relative to the package. */
export const resultsFile = 'dist/test-results.json';

/** The files of the long tests, for jest. */
export const longTests = '<rootDir>/{src,test}/**/*.long.test.ts';

/** The files of all tests, long or not. */
const allTests = '<rootDir>/{src,test}/**/*.test.ts';

/** The workspaces that have tests, as `{ name, folder }`. */
export function packagesWithTests() {
  const { workspaces } = JSON.parse(readFileSync('package.json', 'utf8'));
  return globSync(workspaces.map((pattern) => `${pattern}/package.json`))
    .map((file) => ({ folder: path.dirname(file), manifest: JSON.parse(readFileSync(file, 'utf8')) }))
    .filter(({ manifest }) => manifest.scripts?.test !== undefined)
    .map(({ folder, manifest }) => ({ name: manifest.name, folder }))
    .sort((a, b) => (a.folder < b.folder ? -1 : 1));
}

/** Every test file, long ones too, by its path from the root. */
export function testFiles() {
  const folders = packagesWithTests().flatMap(({ folder }) => [`${folder}/src`, `${folder}/test`]);
  return globSync([...folders.map((folder) => `${folder}/**/*.test.ts`), 'scripts/**/*.test.mjs']);
}

/** The commands that run test files, one for the files of each package, with a line for each test. */
export function commandsOf(files, options) {
  const inPackages = packagesWithTests().map(({ folder }) => ({
    folder,
    paths: files.filter((file) => file.startsWith(`${folder}/`)).map((file) => path.relative(folder, file)),
  }));
  const ofScripts = files.filter((file) => file.endsWith('.mjs'));
  return [
    ...inPackages
      .filter(({ paths }) => paths.length > 0)
      .map(({ folder, paths }) => [
        ...['npm', 'run', '--silent', 'test', `--workspace=${folder}`, '--', '--verbose'],
        // jest would leave out the long tests, also by their paths.
        ...[`--testMatch=${allTests}`, ...options, '--runTestsByPath', ...paths],
      ]),
    ...(ofScripts.length > 0 ? [['node', '--test', ...ofScripts]] : []),
  ];
}

/** Removes the results of the previous run. */
export function clearResults({ folder }) {
  mkdirSync(path.join(folder, path.dirname(resultsFile)), { recursive: true });
  rmSync(path.join(folder, resultsFile), { force: true });
}

/** The results that jest wrote; undefined until then. */
export function readResults({ folder }) {
  const file = path.join(folder, resultsFile);
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined; // still being written
  }
}

/** Whether a package has tests of the kind: long ones, or the others. */
export function hasTests({ folder }, { isLong }) {
  const files = globSync(`${folder}/{src,test}/**/*.test.ts`);
  return files.some((file) => file.endsWith('.long.test.ts') === isLong);
}
