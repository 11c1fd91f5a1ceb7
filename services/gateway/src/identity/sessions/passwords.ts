import { randomUUID } from 'node:crypto';
import { limitConcurrency } from '@drippulse/loops';
import { hash, verify } from '@node-rs/argon2';

export type Passwords = {
  hash(password: string): Promise<string>;
  /**
   * Compares a password with a hash. If `passwordHash` is absent, compares with a decoy, so that the response time does
   * not reveal which users exist. `from` states whether the user has logged in from the network before.
   */
  matches(password: string, passwordHash: string | null | undefined, from: 'known' | 'stranger'): Promise<boolean>;
};

/** argon2id with OWASP's second choice of parameters: a hash takes 65 ms of a core and 19 MiB. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
/** Maximum length of a password. Hashing longer strings would let strangers increase the cost of a login. */
const longestPassword = 200;

/**
 * Hashes at most two passwords at the same time, which leaves cores and memory to other requests. One of the two places
 * is for logins from a network from which the user has never logged in, and one for everything else, so that a flood of
 * such logins delays nobody else.
 */
export function createPasswords(): Passwords {
  const known = limitConcurrency({ max: 1, maxWaiting: 100 });
  const stranger = limitConcurrency({ max: 1, maxWaiting: 100 });
  const lanes = { known, stranger };
  let decoy: Promise<string> | undefined;

  return {
    hash: (password) => known(() => hash(password, cost)),
    async matches(password, passwordHash, from) {
      decoy ??= hash(randomUUID(), cost);
      const stored = passwordHash ?? (await decoy);
      const isEqual = await lanes[from](() => verify(stored, password.slice(0, longestPassword)));
      return isEqual && passwordHash !== null && passwordHash !== undefined && password.length <= longestPassword;
    },
  };
}
