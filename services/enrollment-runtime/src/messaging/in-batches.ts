import { setImmediate as nextTurn } from 'node:timers/promises';

/**
 * Hands items on in batches: those that start in one turn together, and those that come while a batch is under way in
 * the next one. `handle` never rejects.
 */
export function inBatches<T>(most: number, handle: (batch: readonly T[]) => Promise<void>): (item: T) => void {
  let waiting: T[] = [];
  let isHandling = false;

  async function handleAll(): Promise<void> {
    isHandling = true;
    await nextTurn();
    while (waiting.length > 0) {
      const batch = waiting.slice(0, most);
      waiting = waiting.slice(most);
      await handle(batch);
    }
    isHandling = false;
  }

  return (item) => {
    waiting.push(item);
    if (!isHandling) void handleAll();
  };
}
