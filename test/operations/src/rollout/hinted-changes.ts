import { eventually } from '@drippulse/testing';
import type { HintFollower } from './hint-follower.ts';

/** Changes one resource of a topic, and returns its id. */
type Change = (round: number) => Promise<string>;

/** A loop of changes. */
export type HintedChanges = {
  /** Ends the changes. Returns the number of changes by topic. Each of these changes has caused a hint. */
  stop(): Promise<Record<string, number>>;
};

/**
 * Maximum wait for a hint. It is longer than a process needs to stop and another process needs to take over its work.
 */
const patienceMs = 180_000;

/**
 * Repeatedly changes a resource of each topic. Each change waits for the hint of the previous change of its topic, so
 * that a later hint cannot hide the loss of a hint.
 */
export function startHintedChanges(follower: HintFollower, changes: Readonly<Record<string, Change>>): HintedChanges {
  const stopped = new AbortController();
  const counts: Record<string, number> = {};

  async function keepChanging([topic, change]: [string, Change]): Promise<void> {
    for (let round = 0; !stopped.signal.aborted; round += 1) {
      const earlier = follower.hints().length;
      const id = await change(round);
      await eventually(
        () => {
          const fresh = follower.hints().slice(earlier);
          // A hint without an id means that several things changed.
          if (fresh.some((hint) => hint.topic === topic && (hint.id === id || hint.id === null))) return;
          throw new Error(`no hint of ${topic} at ${id}, change ${round}; since it: ${JSON.stringify(fresh)}`);
        },
        { timeoutMs: patienceMs },
      );
      counts[topic] = round + 1;
    }
  }

  const running = Promise.all(Object.entries(changes).map(keepChanging));
  // stop() rethrows the failure, which must not end the process before that.
  running.catch(() => undefined);
  return {
    async stop() {
      stopped.abort();
      await running;
      return counts;
    },
  };
}
