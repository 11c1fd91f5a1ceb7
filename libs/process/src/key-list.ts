import { ConfigError } from './env.ts';

const keyBytes = 32;

/** Keys that rotate. New values are made with `current`; values are read with any key in `all`. */
export type KeyList<K> = { current: K; all: readonly K[] };

/**
 * Reads a list of keys: base64 of 32 bytes each, comma separated, the current key first. `toKey` turns the bytes into
 * the form in which they are used. Throws a ConfigError that names the variable and quotes no key.
 */
export function parseKeyList<K>(variable: string, text: string, toKey: (secret: Buffer) => K): KeyList<K> {
  const parts = text.split(',').map((part) => part.trim());
  const secrets = parts.filter((part) => part !== '').map((part) => Buffer.from(part, 'base64'));
  const refuse = (problem: string) => new ConfigError([`${variable}: ${problem}`]);
  if (secrets.some(({ length }) => length !== keyBytes)) {
    throw refuse(`each key must be ${keyBytes} bytes in base64 (openssl rand -base64 ${keyBytes})`);
  }
  const [current, ...former] = secrets;
  if (current === undefined) throw refuse('must have at least one key');
  const first = toKey(current);
  return { current: first, all: [first, ...former.map((secret) => toKey(secret))] };
}
