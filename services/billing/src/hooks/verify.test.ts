import { expect, test } from '@jest/globals';
import Stripe from 'stripe';
import { verifyStripe } from './verify.ts';

const secret = 'whsec_one';
const payload = '{"id":"evt_1","object":"event"}';
const body = Buffer.from(payload);
const seconds = 1_800_000_000;
const now = new Date(seconds * 1000);
const { webhooks } = new Stripe('sk_test_1');
/** Signs as Stripe does. */
const signed = (timestamp: number, by = secret) =>
  webhooks.generateTestHeaderString({ payload, secret: by, timestamp });

test.each([0, -300, 300])('a signature of Stripe that is %d s from now is taken', (age) => {
  expect(() => verifyStripe([secret], { header: signed(seconds + age), body }, now)).not.toThrow();
});

test('any of the secrets signs, and any of the signatures suffices', () => {
  expect(() => verifyStripe(['whsec_new', secret], { header: signed(seconds), body }, now)).not.toThrow();
  const [time = '', right = ''] = signed(seconds).split(',');
  const header = `${time},v0=aa,v1=00,${right}`;
  expect(() => verifyStripe([secret], { header, body }, now)).not.toThrow();
});

test.each([
  ['too old', signed(seconds - 301), 'stale_signature'],
  ['in the future', signed(seconds + 301), 'stale_signature'],
  ['by another secret', signed(seconds, 'whsec_other'), 'invalid_stripe_signature'],
  ['of another time', signed(seconds - 5).replace(`t=${seconds - 5}`, `t=${seconds}`), 'invalid_stripe_signature'],
  ['missing', '', 'invalid_stripe_signature'],
  ['without a time', signed(seconds).replace(/^t=\d+,/, ''), 'invalid_stripe_signature'],
  ['of no digits', 't=now,v1=zz', 'invalid_stripe_signature'],
])('a signature that is %s is refused', (_, header, reason) => {
  expect(() => verifyStripe([secret], { header, body }, now)).toThrow(
    expect.objectContaining({ kind: 'malformed', reason }),
  );
});

test('the bytes count, not their meaning, and without a secret nothing is signed', () => {
  const other = Buffer.from(payload.replace(',', ', '));
  expect(() => verifyStripe([secret], { header: signed(seconds), body: other }, now)).toThrow();
  expect(() => verifyStripe([], { header: signed(seconds), body }, now)).toThrow();
});
