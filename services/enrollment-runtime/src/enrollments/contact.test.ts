import { expect, test } from '@jest/globals';
import { readContact } from './contact.ts';

test.each([
  ['{"id":7,"lead_ref":"crm-1"}', 'crm-1'],
  ['{"id":7,"uuid":"u"}', '7'],
  ['{"lead_ref":"","id":12345678901234567890}', '12345678901234567890'],
  ['{"lead_ref":null,"public_id":"p","crm_id":"c"}', 'p'],
  ['{"crm_id":1.50,"lead_id":"l"}', '1.50'],
  ['{"lead_ref":{"a":1},"lead_id":"l"}', 'l'],
  ['{"email":"a@b.c"}', null],
])('the lead_ref of %s is %s', (text, leadRef) => {
  expect(readContact(text).leadRef).toBe(leadRef);
});

test('empty strings and values that are no strings count as absent', () => {
  expect(readContact('{"email":" ","first_name":"","last_name":5}')).toMatchObject({
    email: null,
    firstName: null,
    lastName: null,
  });
});
