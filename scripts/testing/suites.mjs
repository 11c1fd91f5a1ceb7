import { globSync } from 'node:fs';

/**
 * Suites that start processes or servers of their own. Each suite runs alone, because alongside other suites its
 * processes would wait for a core, and the suite would exceed its time limits.
 */
const ownRoom = [
  'libs/events/test/{embedded-internals,kafka-outage,relay}.test.ts',
  'libs/servers/src/embedded-postgres/start.test.ts',
  'libs/testing/test/*.test.ts',
  'services/*/test/{crash,fault-points,history,identity-process,recover,redis-away}.test.ts',
  'test/journeys/test/*.test.ts',
  'test/operations/test/*.test.ts',
  'test/upgrade/test/*.test.ts',
];

/** Lists all test files for jest, including long ones, by their paths from the root. */
export function jestFiles() {
  return globSync('{libs,services,deploy,site,test}/*/{src,test}/**/*.test.ts').sort();
}

/** Lists the test files of the scripts. Node runs them without jest. */
export function scriptFiles() {
  return globSync('scripts/**/*.test.mjs').sort();
}

/** Returns the folder of the package that a file is in. */
export function packageOf(file) {
  return file.split(/\/(?:src|test)\//, 1)[0];
}

export function isLong(file) {
  return file.endsWith('.long.test.ts');
}

/** Returns the suites that run alone, and the suites that run alongside others. A long test runs alone. */
export function inRooms(files) {
  const alone = new Set(globSync(ownRoom));
  const needsRoom = (file) => isLong(file) || alone.has(file);
  return { alone: files.filter(needsRoom), together: files.filter((file) => !needsRoom(file)) };
}
