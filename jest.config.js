/** @type {import('jest').Config} */
export default {
  roots: ['libs', 'services', 'deploy', 'site', 'test'].map((folder) => `<rootDir>/${folder}`),
  // scripts/test.mjs names the files of a run: all but the *.long.test.ts, or those alone.
  testMatch: ['**/{src,test}/**/*.test.ts'],
  testEnvironment: '<rootDir>/scripts/testing/environment.mjs',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/jest.transform.js' },
  // Removing the types of a file takes less time than reading it from a cache.
  cache: false,
  watchman: false,
  // Twice the patience of libs/testing, so that a wait ends before its test does and says what it waited for.
  testTimeout: 120_000,
  // Modules of a suite that has ended stay in the worker: Node does not free ES modules of a context.
  workerIdleMemoryLimit: '1GB',
};
