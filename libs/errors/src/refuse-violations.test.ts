import { expect, test } from '@jest/globals';
import { refuseViolations } from './refuse-violations.ts';

const violations = [
  { field: 'name', message: 'must not be empty' },
  { field: 'timezone', message: 'is not a time zone' },
];

test('one refusal has all violations and the message of the first', () => {
  expect(() => refuseViolations(violations)).toThrow(
    expect.objectContaining({
      kind: 'invalid',
      reason: 'validation_failed',
      message: 'name must not be empty',
      violations,
    }),
  );
  expect(() => refuseViolations(violations, 'invalid_timezone')).toThrow(
    expect.objectContaining({ reason: 'invalid_timezone' }),
  );
});

test('a request without violations passes', () => {
  expect(() => refuseViolations([])).not.toThrow();
});
