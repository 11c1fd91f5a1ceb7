import { setTimeout as sleep } from 'node:timers/promises';
import { isTransactionConflict } from '../failures/failures.ts';

const conflictTries = 5;

/**
 * Runs a transaction, and runs it again after a conflict with another transaction. Use it for a call whose sender
 * cannot be asked to retry. It is not needed with `transact`, which already retries.
 */
export async function retryConflicts<T>(run: () => Promise<T>): Promise<T> {
  for (let failures = 1; ; failures += 1) {
    try {
      return await run();
    } catch (error) {
      if (failures >= conflictTries || !isTransactionConflict(error)) throw error;
      await sleep(Math.random() * 20 * 2 ** failures);
    }
  }
}
