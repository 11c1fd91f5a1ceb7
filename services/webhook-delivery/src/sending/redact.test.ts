import { expect, test } from '@jest/globals';
import { redact } from './redact.ts';

test.each([
  ['{"api_key": "abc123def", "ok": true}', '{"api_key": "[redacted]", "ok": true}'],
  ['Authorization: Bearer abc.def.ghi', 'Authorization: Bearer [redacted]'],
  ['password=hunter2&user=ada', 'password=[redacted]&user=ada'],
  ['clientSecret: s3cr3t-value', 'clientSecret: [redacted]'],
  ["'access_token' : 'ya29.abc'", "'access_token' : '[redacted]'"],
  ['got whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw here', 'got [redacted] here'],
  ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-_', '[redacted]'],
  ['key sk_live_abcdefghijklmnop', 'key [redacted]'],
  ['AKIAIOSFODNN7EXAMPLE', '[redacted]'],
])('%s is kept as %s', (text, kept) => {
  expect(redact(text, [])).toBe(kept);
});

test.each(['{"status":"ok","id":12}', 'token', 'The secret of success', ''])('%j stays as it is', (text) => {
  expect(redact(text, [])).toBe(text);
});

test('values that we sent are not kept when they are echoed', () => {
  expect(redact('you sent me Zq-custom-value-9', ['Zq-custom-value-9', 'a'])).toBe('you sent me [redacted]');
});

// A pattern that goes back over what it has read would be at it for minutes.
test('a long answer made to be hard is redacted in one pass', () => {
  const text = `${'token '.repeat(100_000)}${'eyJaaaaaaaa.'.repeat(25_000)}${'"'.repeat(200_000)}`;
  expect(redact(`${text} password=hunter2`, []).endsWith(' password=[redacted]')).toBe(true);
});
