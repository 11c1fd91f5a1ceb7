import { type Channel, channel } from 'node:diagnostics_channel';
import { setTimeout as sleep } from 'node:timers/promises';
import { yieldToEventLoop } from './yield-to-event-loop.ts';

/** One turn of a queue, as a message of the channel. */
export type QueueTurn = { queue: string; organization: string; units: number };

/** The channel with a QueueTurn for every turn of every queue of the process. */
export const queueTurns: Channel = channel('drippulse:queue-turns');

/** A queue of synchronous work. */
export type TurnQueue = {
  /**
   * Does work part by part, and returns its result. Each part yields its units. If the signal aborts, the work ends
   * early with the signal's reason. Errors of parts are rethrown.
   */
  run<T>(organization: string, work: Iterator<number, T>, signal?: AbortSignal): Promise<T>;
};

/** A task in the queue. `doTurn` does the parts of one turn, and returns whether the task has ended. */
type Task = { doTurn(): boolean };

/**
 * Does the work of organizations in rotation. A turn does parts of one task until they reach `turnUnits`; the last part
 * may exceed it. After each turn, the event loop runs. A queue that `rests` pauses for as long as each turn took, so
 * that it takes at most half of the event loop.
 */
export function createTurnQueue(o: { name: string; turnUnits: number; rests: boolean }): TurnQueue {
  const { name, turnUnits, rests } = o;
  /** The tasks of each organization. The organization whose turn is next comes first. */
  const waiting = new Map<string, Task[]>();
  let isServing = false;

  async function serve(): Promise<void> {
    isServing = true;
    for (;;) {
      await yieldToEventLoop();
      const next = takeNext();
      if (next === undefined) break;
      const startedAt = performance.now();
      if (!next.task.doTurn()) add(next.organization, next.task);
      if (rests) await sleep(performance.now() - startedAt);
    }
    isServing = false;
  }

  function takeNext(): { organization: string; task: Task } | undefined {
    for (const [organization, tasks] of waiting) {
      const task = tasks.shift();
      // An organization that is deleted and inserted again moves behind the other organizations.
      waiting.delete(organization);
      if (tasks.length > 0) waiting.set(organization, tasks);
      if (task !== undefined) return { organization, task };
    }
    return undefined;
  }

  function add(organization: string, task: Task): void {
    const tasks = waiting.get(organization);
    if (tasks === undefined) waiting.set(organization, [task]);
    else tasks.push(task);
  }

  /** Does parts until they reach the units of a turn. Returns the result of the last part. */
  function doParts<T>(organization: string, work: Iterator<number, T>): IteratorResult<number, T> {
    let units = 0;
    try {
      for (;;) {
        const part = work.next();
        if (part.done === true) return part;
        units += part.value;
        if (units >= turnUnits) return part;
      }
    } finally {
      const message: QueueTurn = { queue: name, organization, units };
      if (queueTurns.hasSubscribers) queueTurns.publish(message);
    }
  }

  return {
    run: (organization, work, signal) =>
      new Promise((resolve, reject) => {
        add(organization, {
          doTurn() {
            try {
              signal?.throwIfAborted();
              const last = doParts(organization, work);
              if (last.done === true) resolve(last.value);
              return last.done === true;
            } catch (error) {
              reject(error);
              return true;
            }
          },
        });
        if (!isServing) void serve();
      }),
  };
}
