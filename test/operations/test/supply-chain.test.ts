import { expect, test } from '@jest/globals';
import { judgeAdvisories } from '../src/supply-chain/advisories.ts';
import { isAllowed, licenceProblems } from '../src/supply-chain/licences.ts';

test.each([
  ['MIT', true],
  ['(MIT OR GPL-3.0)', true],
  ['Apache-2.0 AND MIT', true],
  ['MIT AND GPL-3.0', false],
  ['GPL-3.0', false],
  ['(MIT OR (GPL-3.0 AND X))', false],
  ['SEE LICENSE IN file', false],
])('of %s may be used: %s', (expression, expected) => {
  expect(isAllowed(expression)).toBe(expected);
});

test('a package without an allowed licence is listed unless it is excepted, and so is an unused exception', () => {
  const lock = {
    packages: {
      '': {},
      'node_modules/good': { version: '1.0.0', license: 'MIT' },
      'node_modules/old': { version: '2.0.0' },
      'node_modules/a/node_modules/bad': { version: '3.0.0', license: 'AGPL-3.0' },
      'node_modules/@own/lib': { link: true },
    },
  };
  const manifest = () => ({ licenses: [{ type: 'MIT' }] });
  expect(licenceProblems(lock, {}, manifest)).toEqual(['bad 3.0.0: AGPL-3.0']);
  expect(licenceProblems(lock, {}, () => undefined)).toEqual(['old 2.0.0: none', 'bad 3.0.0: AGPL-3.0']);
  expect(licenceProblems(lock, { bad: 'asked', gone: 'asked' }, manifest)).toEqual([
    'gone: its exception is not needed any more',
  ]);
});

const advisory = { name: 'bad', title: 'it leaks', url: 'https://example.com/GHSA-1', severity: 'high', range: '<2' };
const report = {
  vulnerabilities: {
    bad: { nodes: ['node_modules/bad'], via: [advisory, { ...advisory, severity: 'low', url: 'https://x/GHSA-2' }] },
    user: { nodes: ['node_modules/user'], via: ['bad'] },
  },
};
const lock = { packages: { 'node_modules/bad': { version: '1.0.0' } } };

test('an advisory about a package of the change fails it; one about an older package is reported', () => {
  const text = 'GHSA-1 high: bad <2, it leaks';
  const judge = (base: typeof lock | undefined) => judgeAdvisories(report, { lock, base, exceptions: {} });
  expect(judge(undefined)).toEqual([{ text, isNew: true }]);
  expect(judge({ packages: { 'node_modules/bad': { version: '0.9.0' } } })).toEqual([{ text, isNew: true }]);
  expect(judge(lock)).toEqual([{ text, isNew: false }]);
});

test('a written exception silences its advisory and no other', () => {
  expect(judgeAdvisories(report, { lock, base: undefined, exceptions: { 'GHSA-1': 'not reachable' } })).toEqual([]);
  expect(judgeAdvisories(report, { lock, base: undefined, exceptions: { 'GHSA-9': 'other' } })).toHaveLength(1);
});
