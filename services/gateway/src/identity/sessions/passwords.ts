import { randomUUID } from 'node:crypto';
import { limitConcurrency } from '@drippulse/loops';
import { hash, verify } from '@node-rs/argon2';

export type Passwords = {
  hash(password: string): Promise<string>;
  /** Without a hash it compares with a decoy, so that the time of an answer does not reveal which users exist. */
  matches(password: string, passwordHash: string | null | undefined): Promise<boolean>;
};

/** argon2id, 65 ms of a core and 19 MiB each (OWASP's second choice). */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
/** No user has a longer one. Hashing longer texts would let strangers set the cost of a login. */
const longestPassword = 200;

/** Hashes at most two passwords at once, which leaves cores and memory to other requests. */
export function createPasswords(): Passwords {
  const limited = limitConcurrency({ max: 2, maxWaiting: 100 });
  let decoy: Promise<string> | undefined;

  return {
    hash: (password) => limited(() => hash(password, cost)),
    async matches(password, passwordHash) {
      decoy ??= limited(() => hash(randomUUID(), cost));
      const known = passwordHash ?? (await decoy);
      const isEqual = await limited(() => verify(known, password.slice(0, longestPassword)));
      return isEqual && passwordHash !== null && passwordHash !== undefined && password.length <= longestPassword;
    },
  };
}
