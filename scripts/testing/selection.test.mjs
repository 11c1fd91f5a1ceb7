import assert from 'node:assert/strict';
import { test } from 'node:test';
import { selectTests } from './selection.mjs';

const packages = [
  { name: '@drippulse/crm', folder: 'services/crm' },
  { name: '@drippulse/mail', folder: 'services/mail-sender' },
];
const [crm, mail] = packages;
const files = ['services/crm/test/merges.test.ts', 'services/crm/src/dates.test.ts', 'scripts/setup/plan.test.mjs'];
const select = (...words) => selectTests(words, { packages, files });

test('no word selects everything, and --long the long tests of every package', () => {
  assert.deepEqual(select(), { kind: 'packages', packages, isLong: false, isWhole: true });
  assert.deepEqual(select('--long'), { kind: 'packages', packages, isLong: true, isWhole: true });
});

test('a package is named by its folder, its name or the last part of it', () => {
  for (const word of ['crm', '@drippulse/crm', 'services/crm', './services/crm/']) {
    assert.deepEqual(select(word).packages, [crm]);
  }
  assert.deepEqual(select('crm', 'mail-sender', 'services/crm'), {
    kind: 'packages',
    packages: [crm, mail],
    isLong: false,
    isWhole: false,
  });
});

test('a file is named by its path from the root, and options after it are for jest', () => {
  assert.deepEqual(select('./services/crm/test/merges.test.ts', '-t', 'keeps the oldest'), {
    kind: 'files',
    files: ['services/crm/test/merges.test.ts'],
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
  { words: ['cmr'], says: /no package and no test file "cmr"\. Did you mean crm\?/ },
  { words: ['mails-sender'], says: /Did you mean mail-sender\?/ },
  { words: ['test/merges.test.ts'], says: /Did you mean services\/crm\/test\/merges\.test\.ts\?/ },
  { words: ['services/crm/test/mergse.test.ts'], says: /Did you mean services\/crm\/test\/merges\.test\.ts\?/ },
  { words: ['zzzzzz'], says: /"zzzzzz"\.$/ },
  { words: ['--cheks'], says: /Unknown option --cheks/ },
  { words: ['crm', '-t', 'x'], says: /Options for jest need the name of a file/ },
  { words: ['crm', 'services/crm/src/dates.test.ts'], says: /either packages or files/ },
];
for (const { words, says } of refused) {
  test(`"${words.join(' ')}" is refused with a hint`, () => {
    assert.match(select(...words).message, says);
  });
}
