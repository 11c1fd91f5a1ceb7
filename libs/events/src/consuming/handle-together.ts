import { isInfrastructureError } from '@drippulse/db';

type Handle<T> = (items: readonly T[]) => Promise<void>;
type Call<T> = { items: readonly T[]; outcome: PromiseWithResolvers<void> };

/** Items of one call, as many as a transaction should hold; a batch that is larger by itself goes alone. */
const mostItems = 500;

/**
 * A handler that runs one call at a time: what is asked for meanwhile is handled by the next call together, so that the
 * batches of several partitions cost one transaction. When that fails through one of them, each is handled by itself, and
 * whoever asked hears of its own alone. A failure of the surroundings is everybody's.
 */
export function handleTogether<T>(handle: Handle<T>): Handle<T> {
  const waiting: Call<T>[] = [];
  let isRunning = false;

  async function run(): Promise<void> {
    // Batches of one read are asked for in the same turn.
    await Promise.resolve();
    while (waiting.length > 0) await handleCalls(takeNext());
    isRunning = false;
  }

  function takeNext(): Call<T>[] {
    const calls: Call<T>[] = [];
    let items = 0;
    for (const call of waiting) {
      items += call.items.length;
      if (calls.length > 0 && items > mostItems) break;
      calls.push(call);
    }
    return waiting.splice(0, calls.length);
  }

  async function handleCalls(calls: readonly Call<T>[]): Promise<void> {
    try {
      await handle(calls.flatMap(({ items }) => items));
      for (const { outcome } of calls) outcome.resolve();
    } catch (error) {
      if (calls.length > 1 && !isInfrastructureError(error)) {
        for (const call of calls) await handleCalls([call]);
        return;
      }
      for (const { outcome } of calls) outcome.reject(error);
    }
  }

  return (items) => {
    const call = { items, outcome: Promise.withResolvers<void>() };
    waiting.push(call);
    if (!isRunning) {
      isRunning = true;
      void run();
    }
    return call.outcome.promise;
  };
}
