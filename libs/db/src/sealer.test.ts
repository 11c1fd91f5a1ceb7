import { randomBytes } from 'node:crypto';
import { ConfigError } from '@drippulse/process';
import { expect, test } from '@jest/globals';
import { createSealer } from './sealer.ts';

const newKey = () => randomBytes(32).toString('base64');
const secret = Buffer.from('whsec_planted');

test('what is sealed opens in its own place only', () => {
  const sealer = createSealer(newKey());
  const box = sealer.seal(secret, 'webhook:1');
  expect(box.includes(secret)).toBe(false);
  expect(sealer.open(box, 'webhook:1')).toEqual(secret);
  expect(() => sealer.open(box, 'webhook:2')).toThrow();
});

test('a changed box does not open', () => {
  const sealer = createSealer(newKey());
  const box = sealer.seal(secret, 'a');
  for (let at = 0; at < box.length; at += 1) {
    const changed = Buffer.from(box);
    changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
    expect(() => sealer.open(changed, 'a')).toThrow();
  }
  expect(() => sealer.open(box.subarray(0, 20), 'a')).toThrow();
});

test('after a rotation the new key seals and both open', () => {
  const [old, fresh] = [newKey(), newKey()];
  const before = createSealer(old).seal(secret, 'a');
  const rotated = createSealer(`${fresh}, ${old}`);
  expect(rotated.open(before, 'a')).toEqual(secret);
  expect(createSealer(fresh).open(rotated.seal(secret, 'a'), 'a')).toEqual(secret);
  expect(() => createSealer(fresh).open(before, 'a')).toThrow('ENCRYPTION_KEYS');
});

test.each(['', 'short', `${Buffer.alloc(31).toString('base64')}`])('the keys %j are refused by name', (keys) => {
  expect(() => createSealer(keys)).toThrow(ConfigError);
});
