import { expect, test } from '@jest/globals';
import { type Facts, googleSpeaksFor, judge } from './judge.ts';

const good: Facts = {
  linkedTo: undefined,
  isEmailVerified: true,
  speaksForDomain: true,
  candidates: [{ id: 1n, isEmailVerified: true }],
};

test.each<[string, Partial<Facts>, ReturnType<typeof judge>]>([
  ['somebody who is linked', { linkedTo: 2n }, { kind: 'linked', identityId: 2n }],
  [
    'somebody who is linked, whatever the address is now',
    { linkedTo: 2n, isEmailVerified: false, candidates: [] },
    { kind: 'linked', identityId: 2n },
  ],
  ['the one identity that has proven the address', {}, { kind: 'link', identityId: 1n }],
  ['an address that the provider has not verified', { isEmailVerified: false }, { kind: 'ask' }],
  ['an issuer that may not speak for the domain', { speaksForDomain: false }, { kind: 'ask' }],
  [
    'an identity that has not proven the address, as one that an administrator made',
    { candidates: [{ id: 1n, isEmailVerified: false }] },
    { kind: 'ask' },
  ],
  [
    'two identities with the address',
    {
      candidates: [
        { id: 1n, isEmailVerified: true },
        { id: 2n, isEmailVerified: false },
      ],
    },
    { kind: 'ask' },
  ],
  [
    'two identities that have both proven it',
    {
      candidates: [
        { id: 1n, isEmailVerified: true },
        { id: 2n, isEmailVerified: true },
      ],
    },
    { kind: 'ask' },
  ],
  ['an address of nobody', { candidates: [] }, { kind: 'new' }],
  ['an address of nobody that is not verified', { candidates: [], isEmailVerified: false }, { kind: 'ask' }],
])('%s', (_who, facts, expected) => {
  expect(judge({ ...good, ...facts })).toEqual(expected);
});

test.each([
  [{ email: 'ada@gmail.com' }, true],
  [{ email: 'ada@googlemail.com' }, true],
  [{ email: 'ada@example.com', hostedDomain: 'example.com' }, true],
  [{ email: 'ada@example.com' }, false],
  [{ email: 'ada@notgmail.com' }, false],
  [{ email: 'ada@gmail.com@example.com' }, false],
  [{ hostedDomain: 'example.com' }, false],
])('Google speaks for %j: %s', (claims, expected) => {
  expect(googleSpeaksFor(claims)).toBe(expected);
});
