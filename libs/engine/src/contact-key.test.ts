import { expect, test } from '@jest/globals';
import { contactKeyOf } from './contact-key.ts';

test.each([
  [{ lead_ref: 'crm-1', email: 'a@b.c' }, 'crm-1'],
  [{ lead_ref: 12 }, '12'],
  [{ lead_ref: '', email: 'Ada@Example.com' }, 'ada@example.com'],
  [{ lead_ref: ' crm-1\n' }, 'crm-1'],
  [{ lead_ref: ' ', email: '\tAda@Example.com ' }, 'ada@example.com'],
  [{ lead_ref: null, email: '' }, 'fallback'],
  [{}, 'fallback'],
])('the key of %j is %s', (contact, key) => {
  expect(contactKeyOf(contact, 'fallback')).toBe(key);
});
