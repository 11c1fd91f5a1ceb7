import { ListEnrollmentsRequestSchema } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { FollowLinkRequestSchema } from '@drippulse/proto/drippulse/messaging/v1/tracking_pb';
import { expect, test } from '@jest/globals';
import { refusal } from '../../test/refusal.ts';
import { decodeJson } from './decode-json.ts';

const query = (text: string) => ({ method: 'GET', query: new URLSearchParams(text) });

test.each([
  ['token=a%00b', 'a\ufffdb'],
  ['token=%ff%fe', '\ufffd\ufffd'],
  ['token=a&token=b', 'b'],
  ['token=', ''],
  ['', ''],
])('a lenient parameter is taken as it came: %s', (text, token) => {
  expect(decodeJson(FollowLinkRequestSchema, '', query(text))).toMatchObject({ token });
});

test('any other parameter with a NUL character is refused', () => {
  expect(refusal(() => decodeJson(ListEnrollmentsRequestSchema, '', query('lead_ref=a%00b'))).errors).toEqual({
    lead_ref: 'must not contain a NUL character',
  });
});
