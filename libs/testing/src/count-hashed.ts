import { createHmac } from 'node:crypto';

/** The number of times that input of one length was given to an HMAC since the start. */
type HashCount = { count: number; stop(): void };

/** Counts the HMACs of this process over texts of `bytes` bytes. Choose a length that no other text has. */
export function countHashed(bytes: number): HashCount {
  const prototype = Object.getPrototypeOf(createHmac('sha256', ''));
  const { update } = prototype;
  const counted: HashCount = {
    count: 0,
    stop() {
      prototype.update = update;
    },
  };
  prototype.update = function (this: unknown, given: string | Uint8Array, ...more: unknown[]) {
    if (given.length === bytes) counted.count += 1;
    return update.call(this, given, ...more);
  };
  return counted;
}
