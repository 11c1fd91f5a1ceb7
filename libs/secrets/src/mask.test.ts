import { expect, test } from '@jest/globals';
import { maskRequest, secretsOf, unmaskRequest } from './mask.ts';

const none = {};
const masked = (url: string) => maskRequest({ url, headers: none }).url;

test.each(['authorization', 'X-Api-Key', 'cookie', 'x-auth', 'X-Signature', 'x-jwt', 'proxy-password', 'x-session-id'])(
  'the value of a header %s is masked',
  (name) => {
    expect(maskRequest({ url: '', headers: { [name]: 'abc', 'x-tenant': 'acme' } }).headers).toEqual({
      [name]: '***',
      'x-tenant': 'acme',
    });
  },
);

test.each(['x-tenant', 'content-type', 'X-Author', 'keywords', 'idempotency-key'])('that of %s is not', (name) => {
  expect(maskRequest({ url: '', headers: { [name]: 'abc' } }).headers).toEqual({ [name]: 'abc' });
});

test('a value with the form of a credential is masked whatever its name', () => {
  expect(maskRequest({ url: '', headers: { 'x-a': `sk_live_${'a1'.repeat(12)}` } }).headers).toEqual({ 'x-a': '***' });
});

test.each([
  ['https://h.example/a?token=abc&b=1', 'https://h.example/a?token=***&b=1'],
  ['https://h.example/a?b=1&api%5Fkey=abc#key=2', 'https://h.example/a?b=1&api%5Fkey=***#key=2'],
  ['https://h.example/a?sig=abc&code=def&q=%20', 'https://h.example/a?sig=***&code=***&q=%20'],
  ['https://h.example/a?t={{ a & b = c? }}&key=x', 'https://h.example/a?t={{ a & b = c? }}&key=***'],
  ['https://h.example/{{ a?token=b }}/a', 'https://h.example/{{ a?token=b }}/a'],
  ['https://h.example/a?token', 'https://h.example/a?token'],
  ['https://h.example/a?token=', 'https://h.example/a?token='],
  ['https://h.example/a?keyword=x&author=y', 'https://h.example/a?keyword=x&author=y'],
])('%s is shown as %s', (url, shown) => {
  expect(masked(url)).toBe(shown);
  expect(masked(shown)).toBe(shown);
});

test('what the data of a run bring is no secret of the step; a text in a template is', () => {
  const data = { authorization: 'Bearer {{ token }}', 'x-key': '{{ a.b | default: c }}', cookie: '{{ a }}{{ b }}' };
  const own = {
    'x-token': '{{ "abc" }}',
    'x-api-key': 'planted{{ a }}',
    'x-secret': '{{ a }} planted',
    'x-auth': 'Bearer x{{ a }}',
  };
  const masked = Object.fromEntries(Object.keys(own).map((name) => [name, '***']));
  expect(maskRequest({ url: '', headers: { ...data, ...own } }).headers).toEqual({ ...data, ...masked });
});

test('the secrets of a request are the values that are masked, decoded', () => {
  const request = { url: 'https://h.example/?key=a%2Fb&x=1', headers: { authorization: 'Bearer abc', 'x-a': 'b' } };
  expect(secretsOf(request)).toEqual(['Bearer abc', 'a/b']);
});

const former = {
  url: 'https://h.example/a?token=one&token=two&x=1',
  headers: { authorization: 'Bearer abc', 'x-a': '1' },
};

test('what was shown may come back, at any place of the URL and in any case', () => {
  const given = {
    url: 'https://H.example:443/other?x=2&token=***&token=***',
    headers: { Authorization: '***', 'x-a': '2' },
  };
  expect(unmaskRequest(given, former)).toEqual({
    request: {
      url: 'https://H.example:443/other?x=2&token=one&token=two',
      headers: { Authorization: 'Bearer abc', 'x-a': '2' },
    },
    problems: [],
  });
  expect(unmaskRequest(maskRequest(former), former).request).toEqual(former);
});

test.each([
  'http://h.example/a',
  'https://h.example:8443/a',
  'https://other.example/a',
  'https://h.example.evil.example/a',
  'https://h.example@evil.example/a',
  'https://evil.example\\@h.example/a',
  '//evil.example/a',
  'https:evil.example/a',
  'https:/evil.example/a',
  'https:///evil.example/h.example/a',
  'https:\\\\h.example@evil.example/a',
  'https:/{{ x }}/h.example/a',
  'https:///{{ x }}/a',
  'https:{{ x }}',
  ' https://evil.example/a',
  'https://h.example{{ x }}/a',
])('at %s no stored secret is used', (url) => {
  const { request, problems } = unmaskRequest({ url: `${url}?token=***`, headers: { authorization: '***' } }, former);
  expect(problems.map(({ header }) => header)).toEqual(['authorization', undefined]);
  expect(JSON.stringify(request)).not.toMatch(/abc|one/);
});

test('a mask without a stored value is a problem of its place', () => {
  const given = { url: 'https://h.example/?key=***', headers: { 'x-token': '***' } };
  expect(unmaskRequest(given, former).problems.map(({ header }) => header)).toEqual(['x-token', undefined]);
  expect(unmaskRequest(given, undefined).problems).toHaveLength(2);
});

test('beside a host that the data choose, a mask keeps its value only while the URL stays as it is', () => {
  const open = { url: 'http:/{{ u }}/?token=abc', headers: { authorization: 'Bearer abc' } };
  expect(unmaskRequest(maskRequest(open), open)).toEqual({ request: open, problems: [] });
  const other = { url: 'http:/{{ v }}/?token=***', headers: { authorization: '***' } };
  expect(unmaskRequest(other, open).problems).toHaveLength(2);
});
