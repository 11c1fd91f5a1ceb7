import { randomBytes, randomInt } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { createLinkTokens, type Link } from './link-tokens.ts';

const key = () => randomBytes(32).toString('base64');
const link: Link = {
  kind: 'click',
  organizationId: 7n,
  mode: 'live',
  deliveryKey: '0199d3b2-4a57-7c3e-8f35-0c6f4f2c9d11:secret-step:1',
  url: 'https://example.com/é?a=1&b=2',
};

test('a token gives its link back, the same token for the same link, and shows nothing of it', () => {
  const tokens = createLinkTokens(key());
  const token = tokens.make(link);
  expect(tokens.read('click', token)).toEqual(link);
  expect(tokens.make({ ...link })).toBe(token);
  expect(token).toMatch(/^[\w-]+$/);
  expect(Buffer.from(token, 'base64url').toString('latin1')).not.toMatch(/secret-step|example\.com|0199d3b2/);
});

test('a token is read for its own kind only', () => {
  const tokens = createLinkTokens(key());
  const kinds = ['open', 'click', 'unsubscribe'] as const;
  for (const made of kinds) {
    const token = tokens.make({ ...link, kind: made });
    expect(kinds.filter((kind) => tokens.read(kind, token) !== undefined)).toEqual([made]);
  }
});

test('the first key makes tokens, and all of them read', () => {
  const [old, young] = [key(), key()];
  const before = createLinkTokens(old).make(link);
  const rotated = createLinkTokens(`${young},${old}`);
  expect(rotated.read('click', before)).toEqual(link);
  expect(createLinkTokens(young).read('click', rotated.make(link))).toEqual(link);
  expect(createLinkTokens(young).read('click', before)).toBeUndefined();
});

test('a token with any bit changed is no good, nor is anything else', () => {
  const tokens = createLinkTokens(key());
  const bytes = Buffer.from(tokens.make(link), 'base64url');
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const changed = Buffer.from(bytes);
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    expect(tokens.read('click', changed.toString('base64url'))).toBeUndefined();
  }
  const others = ['', 'x', '%00', 'é', '\ufffd'.repeat(40), 'A'.repeat(1_000_000), tokens.make(link).slice(0, -3)];
  others.push(...Array.from({ length: 200 }, () => randomBytes(randomInt(1, 80)).toString('base64url')));
  for (const other of others) expect(tokens.read('click', other)).toBeUndefined();
});

test.each(['', 'c2hvcnQ=', ','])('keys %p are refused without being quoted', (keys) => {
  expect(() => createLinkTokens(keys)).toThrow(/TRACKING_KEYS: (?!.*c2hvcnQ)/);
});
