import { setTimeout as sleep } from 'node:timers/promises';
import { Code, ConnectError } from '@connectrpc/connect';
import type { RuntimeClient } from './clients.ts';

/** Deadline of one call. */
export const callMs = 5_000;
/**
 * Time for which a call is repeated. Faults may take down both processes of a service for most of a minute, several
 * times in a row.
 */
const patienceMs = 300_000;

/** Repeats a call, at the processes of a service in turn, until it gets a response. The call must be safe to repeat. */
export type UntilAnswered<C = RuntimeClient> = <T>(call: (client: C) => Promise<T>, first?: number) => Promise<T>;

export function createUntilAnswered<C>(clients: readonly C[]): UntilAnswered<C> {
  return async (call, first = 0) => {
    const startedAt = Date.now();
    const refusals = new Map<string, number>();
    for (let turn = first; ; turn++) {
      const client = clients[turn % clients.length];
      if (client === undefined) throw new Error('there is no process to call');
      try {
        return await call(client);
      } catch (error) {
        const refusal = String(error);
        refusals.set(refusal, (refusals.get(refusal) ?? 0) + 1);
        if (Date.now() > startedAt + patienceMs) {
          const list = [...refusals].map(([text, count]) => `${count} times ${text}`).join('; ');
          throw new Error(`a call of ${new Date(startedAt).toISOString()} was not answered: ${list}`, { cause: error });
        }
        await sleep(100);
      }
    }
  };
}

/** Whether the call failed because another call had already taken effect. */
export function isTaken(error: unknown): boolean {
  return error instanceof ConnectError && error.code === Code.AlreadyExists;
}
