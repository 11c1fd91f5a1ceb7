import { createRequire } from 'node:module';
import { expect, test } from '@jest/globals';

test('grpc-js is the version that the replaced ping of closing sessions was written for', () => {
  const { version } = createRequire(import.meta.url)('@grpc/grpc-js/package.json');
  // After an upgrade: if test/replaced-peer.test.ts passes without keepCallsOfClosingSessions, delete that function.
  // Otherwise change the version here.
  expect(version).toBe('1.14.7');
});
