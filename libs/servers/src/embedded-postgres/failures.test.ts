import { expect, test } from '@jest/globals';
import { classifyFailure, explainFailure, type StartFailure } from './failures.ts';

const where = { dataDir: '/d', port: 5432, logFile: '/d/server.log' };

test.each<[string, StartFailure]>([
  ['FATAL:  lock file "postmaster.pid" already exists', 'already_running'],
  ['FATAL:  pre-existing shared memory block (key 1, ID 2) is still in use', 'memory_in_use'],
  ['LOG:  could not bind IPv4 address "127.0.0.1": Address already in use', 'port_taken'],
  ['PANIC:  could not write to file: No space left on device', 'other'],
])('%s', (log, failure) => {
  expect(classifyFailure(log)).toBe(failure);
});

test.each([
  ['initdb: error: could not write file: No space left on device', 'The disk is full: PostgreSQL cannot write to /d.'],
  [
    "EACCES: permission denied, mkdir '/d'",
    'PostgreSQL may not write to /d: check who owns it, or choose another DATA_DIR.',
  ],
  [
    'could not bind: Address already in use',
    'Port 5432 is taken by another program, so PostgreSQL cannot listen there.',
  ],
  [
    'FATAL:  data directory "/d" has wrong ownership',
    '/d belongs to another user: run this as the user who made it, or choose another DATA_DIR.',
  ],
  ['FATAL:  unrecognized parameter "x"', 'PostgreSQL does not start (unrecognized parameter "x"): see /d/server.log.'],
  ['', 'PostgreSQL does not start: see /d/server.log.'],
])('%s is said in one sentence', (log, sentence) => {
  expect(explainFailure(log, where)).toBe(sentence);
});
