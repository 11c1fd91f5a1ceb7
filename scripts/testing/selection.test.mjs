import assert from 'node:assert/strict';
import { test } from 'node:test';
import { selectTests } from './selection.mjs';

const merges = 'services/crm/test/merges.test.ts';
const dates = 'services/crm/src/dates.test.ts';
const pool = 'services/mail-sender/test/pool.test.ts';
const rollout = 'test/operations/test/rollout.long.test.ts';
const disk = 'test/operations/test/failing-disk.long.test.ts';
const jestFiles = [merges, dates, pool, rollout, disk];
const scriptFiles = ['scripts/setup/plan.test.mjs'];
const select = (...words) => selectTests(words, { jestFiles, scriptFiles });

test('no word selects every suite but the long ones, and --long those', () => {
  assert.deepEqual(select(), { kind: 'suites', files: [merges, dates, pool], isLong: false, isWhole: true });
  assert.deepEqual(select('--long'), { kind: 'suites', files: [rollout, disk], isLong: true, isWhole: true });
});

test('a package is named by its folder or the last part of it', () => {
  for (const word of ['crm', 'services/crm', './services/crm/']) {
    assert.deepEqual(select(word).files, [merges, dates]);
  }
  assert.deepEqual(select('crm', 'mail-sender', 'services/crm'), {
    kind: 'suites',
    files: [merges, dates, pool],
    isLong: false,
    isWhole: false,
  });
});

test('a long test is named by its package or by itself', () => {
  assert.deepEqual(select('--long', 'operations').files, [rollout, disk]);
  assert.deepEqual(select('--long', 'rollout').files, [rollout]);
});

test('a file is named by its path from the root, and options after it are for jest', () => {
  assert.deepEqual(select('./services/crm/test/merges.test.ts', '-t', 'keeps the oldest'), {
    kind: 'files',
    files: [merges],
    options: ['-t', 'keeps the oldest'],
  });
});

test('checks and help stand alone', () => {
  assert.deepEqual(select('--checks'), { kind: 'checks' });
  assert.deepEqual(select('--help'), { kind: 'help' });
  assert.equal(select('--checks', 'crm').kind, 'error');
  assert.equal(select('--long', '--checks').kind, 'error');
});

const refused = [
  { words: ['mail'], says: /no package and no test "mail"\. Did you mean mail-sender\?/ },
  { words: ['--long', 'disk'], says: /Did you mean failing-disk\?/ },
  { words: ['test/merges.test.ts'], says: /Did you mean services\/crm\/test\/merges\.test\.ts\?/ },
  { words: ['zzzzzz'], says: /"zzzzzz"\.$/ },
  { words: ['--cheks'], says: /Unknown option --cheks/ },
  { words: ['crm', '-t', 'x'], says: /Options for jest need the name of a file/ },
  { words: ['crm', dates], says: /either packages or files/ },
];
for (const { words, says } of refused) {
  test(`"${words.join(' ')}" is refused with a hint`, () => {
    assert.match(select(...words).message, says);
  });
}
