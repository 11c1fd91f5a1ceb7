import { expect, test } from '@jest/globals';
import { createApiKeyText } from './api-key.ts';
import { isCredentialText } from './credential.ts';

test.each([
  ['an API key', createApiKeyText('live'), true],
  ['a key with a wrong checksum', 'adcrm_live_0000000000000000000000000000000000000000', false],
  ['a signed token', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl', true],
  ['a token without a signature', 'eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.', false],
  ['a token of four parts', 'a.b.c.d', false],
  ['a token that is too long', `a.${'b'.repeat(3000)}.c`, false],
  ['a word', 'nonsense', false],
  ['nothing', '', false],
])('%s', (_name, text, isCredential) => {
  expect(isCredentialText(text)).toBe(isCredential);
});
