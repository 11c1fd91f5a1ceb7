import { createRequire } from 'node:module';
import { expect, test } from '@jest/globals';

test('grpc-js is the version that the patches were written for', () => {
  const { version } = createRequire(import.meta.url)('@grpc/grpc-js/package.json');
  // Do this after an upgrade of grpc-js: the table of README.md names the test of each patch. Delete each patch whose
  // test passes without the patch, then change the version here.
  expect(version).toBe('1.14.7');
});
