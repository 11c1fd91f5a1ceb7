import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readScorer } from './config.ts';
import { emailKindOf } from './free-mail.ts';
import { compileScorer } from './score.ts';

const now = new Date('2026-12-01T09:00:00Z');

function scorer(configuration: object) {
  const read = readScorer(JSON.parse(JSON.stringify(configuration)), 'configuration');
  if ('violations' in read) throw new Error(JSON.stringify(read.violations));
  return compileScorer(read.config);
}

const size = { name: 'size', type: 'number', field: 'company.size', weight: 2, scale: 'log', center: 1, spread: 0.5 };
const known = { name: 'known', weight: -0.5, conditions: [{ field: 'email', operator: 'exists' }] };
const senior = {
  name: 'senior',
  weight: 1,
  match: 'any',
  conditions: [{ field: 'title', operator: 'contains', value: 'VP' }],
};

test.each<[string, object, (number | null)[]]>([
  ['an empty lead', {}, [null, 0, null]],
  ['fields of another kind', { company: { size: 'many' }, title: 7 }, [null, 0, 0]],
  ['numbers as texts, and a title that fits', { company: { size: '19' }, title: 'VP Sales' }, [3, 0, 1]],
  ['a member whose name has the dots', { 'company.size': 0, email: 'a@b.co' }, [-2, 1, null]],
  ['a number below zero on a logarithm', { company: { size: -1 } }, [null, 0, null]],
])('values of %s', (_case, lead, values) => {
  const { factors } = scorer({ factors: [size, known, senior] })(JSON.parse(JSON.stringify(lead)), now);
  expect(factors.map(({ value }) => value)).toEqual(values);
});

test('the contributions and the base add up to the logarithm of the odds', () => {
  const weights = fc.array(fc.double({ min: -4, max: 4, noNaN: true }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(
      weights,
      fc.double({ min: -4, max: 4, noNaN: true }),
      fc.integer({ min: 0, max: 1_000_000 }),
      (given, base, x) => {
        const factors = given.map((weight, n) => ({
          name: `f${n}`,
          type: 'number',
          field: 'x',
          weight: weight / 10,
          scale: 'log',
        }));
        const { score, factors: scored } = scorer({ base, factors })({ x }, now);
        const logit = scored.reduce((sum, { contribution }) => sum + contribution, base);
        expect(Math.abs(Math.log(score / (1 - score)) - logit)).toBeLessThan(1e-9);
        for (const { weight, value, contribution } of scored) expect(contribution).toBe(weight * (value ?? 0));
      },
    ),
  );
});

test.each([
  ['ada@acme.example', 'business'],
  ['Ada@GMAIL.com', 'free'],
  ['gmail.com', undefined],
  ['a b@c.d', undefined],
])('the kind of %j is %s', (address, kind) => {
  expect(emailKindOf(address)).toBe(kind);
});
