import {
  EnrollmentInclude,
  GetEnrollmentRequestSchema,
} from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { CreateIntegrationConnectionRequestSchema } from '@drippulse/proto/drippulse/integrations/v1/connections_pb';
import {
  DownloadRequestSchema,
  EchoRequestSchema,
  ReadRequestSchema,
} from '@drippulse/proto/drippulse/testing/v1/testing_pb';
import { describe, expect, test } from '@jest/globals';
import { refusal } from '../../test/refusal.ts';
import { decodeJson } from './decode-json.ts';

const read = (query: string) => decodeJson(ReadRequestSchema, '', { method: 'GET', query: new URLSearchParams(query) });
const idOf = (id: string) =>
  decodeJson(EchoRequestSchema, '{"name": "n", "id": 5}', { method: 'POST', path: { id } }).id;

test('query parameters of every kind are read, unknown ones ignored', () => {
  const query =
    'name=a%20b&color=RED&ready=1&tags=x&tags[]=y&count=-3&big=9007199254740991&since=2026-04-02T00:00:00Z&x=1';
  expect(read(query)).toMatchObject({
    name: 'a b',
    color: 1,
    ready: true,
    tags: ['x', 'y'],
    count: -3,
    big: 9007199254740991n,
    since: { seconds: BigInt(Date.UTC(2026, 3, 2) / 1000) },
  });
});

test.each([
  ['ready=true', true],
  ['ready=false', false],
  ['ready=0', false],
  ['ready=1&ready=0', false],
])('?%s is %s: of repeated values the last counts', (query, ready) => {
  expect(read(query).ready).toBe(ready);
});

test('ids are separated by commas, or their parameter is repeated', () => {
  expect([read('ids=3,1,2').ids, read('ids=3&ids[]=1,2').ids, read('').ids]).toEqual([[3n, 1n, 2n], [3n, 1n, 2n], []]);
});

test.each([
  ['ids=', 'must be an integer, and not empty'],
  ['ids=1,,2', 'must be an integer, and not empty'],
  ['ids=1,x', 'must be an integer, and not empty'],
  ['ids=1,2,3,4', 'must have at most 3 items'],
  ['ids=1,2&ids=3,4', 'must have at most 3 items'],
])('?%s is refused, and never a filter by fewer ids', (query, message) => {
  expect(refusal(() => read(query))).toMatchObject({ kind: 'invalid', errors: { ids: message } });
});

test('names are separated by commas where their list has a greatest length, and an unknown one is answered with the known', () => {
  const include = (query: string) =>
    decodeJson(GetEnrollmentRequestSchema, '', { method: 'GET', query: new URLSearchParams(query) }).include;
  expect(include('include=contact,WORKFLOW')).toEqual([EnrollmentInclude.CONTACT, EnrollmentInclude.WORKFLOW]);
  for (const query of ['include=workflow,steps', 'include=', 'include=workflow&include=']) {
    expect(refusal(() => include(query))).toMatchObject({ errors: { include: 'must be one of workflow, contact' } });
  }
});

test.each([
  ['ready=yes', 'ready', 'must be true or false'],
  ['count=1.5', 'count', 'must be an integer'],
  ['count=', 'count', 'must be an integer'],
  ['count=1e3', 'count', 'must be an integer'],
  ['color=green', 'color', 'must be one of red, dark_blue'],
  ['since=today', 'since', 'must be an RFC 3339 timestamp such as 2026-04-02T12:00:00Z'],
  ['name=%00', 'name', 'must not contain a NUL character'],
])('?%s is refused with its name', (query, field, message) => {
  expect(refusal(() => read(query))).toEqual({
    kind: 'invalid',
    reason: 'validation_failed',
    errors: { [field]: message },
  });
});

test('a number too large for its field is the largest one', () => {
  expect([read('count=99999999999').count, read('count=-99999999999').count]).toEqual([2 ** 31 - 1, -(2 ** 31)]);
});

test('the path wins over the body', () => {
  expect(idOf('12')).toBe(12n);
});

test.each(['abc', '', '1.0', '1e3', '+1', '-1', '01', ' 1', '0x10', '9007199254740992', '99999999999999999999'])(
  'the path id %j is none, and becomes the id 0 that no resource has',
  (id) => {
    expect(idOf(id)).toBe(0n);
  },
);

test('the largest id is 2^53 - 1', () => {
  expect(idOf('9007199254740991')).toBe(2n ** 53n - 1n);
});

test('a small integer of the path that is none is 0 too', () => {
  const decode = (chunks: string) => decodeJson(DownloadRequestSchema, '', { method: 'GET', path: { chunks } }).chunks;
  expect([decode('7'), decode('x'), decode('2147483648')]).toEqual([7, 0, 0]);
});

describe('a member of the body that the query may give as well', () => {
  const decode = (query: string, isStrict = false) =>
    decodeJson(CreateIntegrationConnectionRequestSchema, '{"provider":"slack","credentials":{},"test":true}', {
      method: 'POST',
      query: new URLSearchParams(query),
      bodyIsMessage: true,
      strict: isStrict ? { query: new URLSearchParams(query) } : undefined,
    });

  test('takes precedence, and no other member comes from the query', () => {
    expect(decode('test=false&provider=zoom')).toMatchObject({ test: false, provider: 'slack' });
  });

  test('is the only parameter that a strict request may have', () => {
    expect(decode('test=false', true)).toMatchObject({ test: false });
    expect(() => decode('provider=zoom', true)).toThrow('provider is not a known parameter: send it in the body');
  });
});
