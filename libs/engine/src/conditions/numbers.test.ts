import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compareNumerals, numeralOf } from './numbers.ts';

const decimal = fc
  .tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.integer({ min: -20, max: 20 }))
  .map(([digits, exponent]) => ({ text: `${digits}e${exponent}`, scaled: digits * 10n ** BigInt(exponent + 20) }));

test('decimals of any length are ordered by their value', () => {
  fc.assert(
    fc.property(decimal, decimal, (a, b) => {
      const expected = a.scaled < b.scaled ? -1 : a.scaled > b.scaled ? 1 : 0;
      expect(Math.sign(compareNumerals(a.text, b.text)) + 0).toBe(expected);
    }),
  );
});

test.each([
  ['0', '-0', 0],
  ['0.00', '0e5', 0],
  ['1e-400', '0', 1],
  ['+5', '5', 0],
  ['.5', '0.50', 0],
  ['007', '7', 0],
])('%s against %s is %d', (a, b, order) => {
  expect(Math.sign(compareNumerals(a, b)) + 0).toBe(order);
});

test.each(['', ' ', 'x', '1x', '1,5', '0x10', 'Infinity', 'NaN', '1e', '--1', '1.2.3'])(
  '%j is not a number',
  (text) => {
    expect(numeralOf(text)).toBeUndefined();
  },
);

test('a long text that is almost a number is recognised in one pass', () => {
  expect(numeralOf(`${'1'.repeat(1_000_000)}x`)).toBeUndefined();
});
