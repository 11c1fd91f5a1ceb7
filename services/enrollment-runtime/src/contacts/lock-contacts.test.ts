import { expect, test } from '@jest/globals';
import { contactKeysOf } from './lock-contacts.ts';

test('a person has the same keys however the address was typed, and other ones in another organization or mode', () => {
  const keysOf = (email: string | null, organizationId = 7n, mode = 'live', leadRef = 'L-1') =>
    contactKeysOf({ organizationId, mode, email, leadRef });
  const keys = keysOf('ada@example.com');
  expect(keys).toHaveLength(2);
  expect(keysOf(' ADA@Example.com\n', 7n, 'live', ' L-1 ')).toEqual(keys);
  for (const others of [keysOf('ada@example.com', 8n), keysOf('ada@example.com', 7n, 'test')]) {
    expect(others.filter((key) => keys.includes(key))).toEqual([]);
  }
  expect([keysOf(null), keysOf(' ')].map((own) => own.length)).toEqual([1, 1]);
});
