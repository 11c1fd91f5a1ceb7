import type { Selectable } from 'kysely';
import type { Executions } from './db/schema.ts';

/** An ended execution with its input and output. */
type Ended = Selectable<Executions> & { input: string | null; output: string | null };

/**
 * Notifications about executions within this process: an execution has ended, or waits for another service or a person.
 */
export type Ends = {
  /** Sends a notification, with the execution if it has ended. Call it after the commit. */
  note(executionId: bigint, ended?: Ended): void;
  /**
   * Resolves with the next notification about an execution: the execution if it has ended, otherwise undefined.
   * Resolves with undefined after the timeout.
   */
  wait(executionId: bigint, timeoutMs: number): Promise<Ended | undefined>;
};

export function createEnds(): Ends {
  const waiting = new Map<bigint, Set<(ended?: Ended) => void>>();
  return {
    note(executionId, ended) {
      for (const end of waiting.get(executionId) ?? []) end(ended);
    },
    wait(executionId, timeoutMs) {
      return new Promise((resolve) => {
        const own = waiting.get(executionId) ?? new Set();
        waiting.set(executionId, own);
        const timer = setTimeout(end, timeoutMs);
        own.add(end);
        function end(ended?: Ended): void {
          clearTimeout(timer);
          own.delete(end);
          if (own.size === 0) waiting.delete(executionId);
          resolve(ended);
        }
      });
    },
  };
}
