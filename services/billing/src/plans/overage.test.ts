import { expect, test } from '@jest/globals';
import { accountUse, ceilingOf, leftOf, type MeteredMonth, type Overage, spentCents } from './overage.ts';

const cent = 1_000_000_000n;
const overage: Overage = {
  enrollments: { nanocents: 2n * cent, lookupKey: 'e', eventName: 'e' },
  emails: { nanocents: cent / 10n, lookupKey: 'm', eventName: 'm' },
};
const untouched: MeteredMonth = { used: 0n, charged: 0n };
const ofEnrollments = (known: MeteredMonth) => new Map([['enrollments' as const, known]]);
/** Checks the use, with 1,000 units included, 2 cents for each further unit, up to 100 cents. */
const look = (known: MeteredMonth, used: bigint, included = 1_000n) =>
  accountUse(known, { used, included, left: leftOf(overage, 100n, ofEnrollments(known)), nanocents: 2n * cent });

test('only units beyond the included ones are charged, once however often they are looked at', () => {
  const first = look(untouched, 900n);
  expect(first).toEqual({ used: 900n, charged: 0n, added: 0n });
  const second = look(first, 1_010n);
  expect(second).toEqual({ used: 1_010n, charged: 10n, added: 10n });
  for (const used of [1_010n, 950n, 0n]) expect(look(second, used).added).toBe(0n);
  expect(look(second, 1_015n)).toMatchObject({ charged: 15n, added: 5n });
});

test('no more is charged than the cap, and what went beyond it is not charged later', () => {
  const over = look(untouched, 1_080n);
  expect(over).toEqual({ used: 1_080n, charged: 50n, added: 50n });
  expect(spentCents(overage, ofEnrollments(over))).toBe(100n);
  expect(look(over, 1_090n).added).toBe(0n);
  const raised = { used: 1_090n, included: 1_000n, left: 100n * cent, nanocents: 2n * cent };
  expect(accountUse(over, raised).added).toBe(10n);
});

test('a plan that includes more charges nothing until that is used up', () => {
  const before = look(untouched, 1_020n);
  const after = look(before, 1_500n, 20_000n);
  expect(after).toMatchObject({ charged: 20n, added: 0n });
  expect(look(after, 20_003n, 20_000n)).toMatchObject({ charged: 23n, added: 3n });
});

test('the ceiling is what is included and what the cap covers, however much of it is used', () => {
  const ceiling = (known: MeteredMonth, included = 1_000n, cap = 100n) =>
    ceilingOf(known, { included, left: leftOf(overage, cap, ofEnrollments(known)), nanocents: 2n * cent });
  let known: MeteredMonth = untouched;
  for (const used of [0n, 500n, 1_000n, 1_001n, 1_049n, 1_050n, 1_075n]) {
    known = look(known, used);
    expect(ceiling(known)).toBe(1_050n);
  }
  expect(ceiling(known, 20_000n)).toBe(20_000n);
  expect(ceiling(known, 1_000n, 0n)).toBe(1_050n);
  expect(ceiling(untouched, 1_000n, 0n)).toBe(1_000n);
  // Use from before the organization set a cap does not reduce the cap.
  expect(ceiling({ used: 1_200n, charged: 0n })).toBe(1_250n);
});

test('meters share the cap', () => {
  const months = new Map([
    ['enrollments' as const, { used: 1_030n, charged: 30n }],
    ['emails' as const, { used: 5_000n, charged: 150n }],
  ]);
  expect(leftOf(overage, 100n, months)).toBe(25n * cent);
  expect(leftOf(overage, 10n, months)).toBe(0n);
  expect(spentCents(overage, months)).toBe(75n);
});
