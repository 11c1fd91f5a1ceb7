import { expect, test } from '@jest/globals';
import { createApiKeyText, hashApiKey, isApiKeyText, keyPrefix } from './api-key.ts';

test.each(['live', 'test'] as const)('a %s key is its prefix, 34 random characters and a checksum', (mode) => {
  const key = createApiKeyText(mode);
  expect(key).toMatch(new RegExp(`^${keyPrefix(mode)}[0-9A-Za-z]{40}$`));
  expect(isApiKeyText(key)).toBe(true);
  expect(createApiKeyText(mode)).not.toBe(key);
});

test('the checksum is CRC32 over prefix and random part in base62, zero-padded', () => {
  // Computed with Python's zlib.crc32 and the alphabet 0-9A-Za-z.
  expect(isApiKeyText('adcrm_live_00000000000000000000000000000000002dzzNB')).toBe(true);
  expect(isApiKeyText('adcrm_live_00000000000000000000000000000000002dzzN1')).toBe(false);
});

test('any one character that is wrong is noticed', () => {
  const key = createApiKeyText('live');
  for (let index = 0; index < key.length; index++) {
    const other = key[index] === 'x' ? 'y' : 'x';
    expect(isApiKeyText(key.slice(0, index) + other + key.slice(index + 1))).toBe(false);
  }
});

test.each(['', 'adcrm_live_', 'eyJhbGciOiJIUzI1NiJ9.e30.x', `${'x'.repeat(51)}`])('%p is not a key', (text) => {
  expect(isApiKeyText(text)).toBe(false);
});

test('what is stored is a SHA-256, not the key', () => {
  expect(hashApiKey('adcrm_live_x')).toHaveLength(32);
});
