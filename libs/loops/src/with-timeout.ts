/**
 * The error of `withTimeout`. It has the code of a connection timeout, so it is treated as an infrastructure failure.
 */
export class TimeoutError extends Error {
  readonly code = 'ETIMEDOUT';
}

/**
 * Settles as the promise does, or rejects with a TimeoutError after `timeoutMs`. The work behind the promise may still
 * complete later. A response that arrived in time is accepted even if the process was too busy to read it, because the
 * event loop reads its sockets once more after the timeout.
 */
export async function withTimeout<T>(promise: Promise<T>, timeoutMs: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const giveUp = () => reject(new TimeoutError(`${what} took longer than ${timeoutMs.toFixed(0)} ms`));
    timer = setTimeout(() => setImmediate(giveUp), timeoutMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
