import { createRequire } from 'node:module';
import { expect, test } from '@jest/globals';

test('grpc-js is the version that the patches were written for', () => {
  const { version } = createRequire(import.meta.url)('@grpc/grpc-js/package.json');
  // After an upgrade of grpc-js, find the test of each patch in the table of README.md, and delete each patch whose
  // test passes without the patch. Then change the version here.
  expect(version).toBe('1.14.7');
});
