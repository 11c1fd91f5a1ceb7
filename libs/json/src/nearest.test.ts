import { expect, test } from '@jest/globals';
import { nearest } from './nearest.ts';

const known = ['status', 'email', 'first_name', 'lead_ref', 'q', 'created_since', 'created_until'];

test.each<[string, string | undefined]>([
  ['statuss', 'status'],
  ['sttaus', 'status'],
  ['emial', 'email'],
  ['firstName', 'first_name'],
  ['First-Name', 'first_name'],
  ['leadref', 'lead_ref'],
  ['created_sinc', 'created_since'],
  ['e', undefined],
  ['x', undefined],
  ['', undefined],
  ['colour', undefined],
  ['__proto__', undefined],
  ['s'.repeat(10_000), undefined],
])('%s means %s', (name, meant) => {
  expect(nearest(name, known)).toBe(meant);
});

test('each slip in a name is found, whatever name is compared before it', () => {
  for (const name of known.filter(({ length }) => length > 5)) {
    for (let at = 0; at < name.length - 1; at += 1) {
      const [before, after] = [name.slice(0, at), name.slice(at + 1)];
      const slips = [before + after, `${before}x${after}`, `${before}x${name.slice(at)}`];
      slips.push(
        before +
          name
            .slice(at, at + 2)
            .split('')
            .reverse()
            .join('') +
          name.slice(at + 2),
      );
      for (const slip of slips) {
        expect([slip, nearest(slip, known), nearest(slip, known.toReversed())]).toEqual([slip, name, name]);
      }
    }
  }
});
