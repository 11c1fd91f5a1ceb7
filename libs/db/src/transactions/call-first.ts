/**
 * Thrown by a write that needs a response from another service. The write's transaction is rolled back, so that no
 * connection and no lock waits for the response; then `call` runs, and then the write runs again.
 */
export class CallFirst extends Error {
  readonly call: () => Promise<void>;

  constructor(call: () => Promise<void>) {
    super('the write needs a call that may not run in its transaction');
    this.call = call;
  }
}

const callsAtMost = 5;

/**
 * Runs a write, which is one transaction. When the write throws `CallFirst`, makes the call and runs the write again,
 * at most five times.
 */
export async function withCalls<T>(write: () => Promise<T>): Promise<T> {
  for (let left = callsAtMost; ; left -= 1) {
    try {
      return await write();
    } catch (error) {
      if (!(error instanceof CallFirst) || left === 0) throw error;
      await error.call();
    }
  }
}
