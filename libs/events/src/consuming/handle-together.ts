import { isInfrastructureError } from '@drippulse/db';

type Handle<T> = (items: readonly T[]) => Promise<void>;
type Call<T> = { items: readonly T[]; outcome: PromiseWithResolvers<void> };

/**
 * Maximum number of items in one call, and therefore in one transaction. A batch with more items gets a call of its
 * own.
 */
const mostItems = 500;

/**
 * Makes a handler that runs one call at a time. All batches that arrive during a call are handled together by the next
 * call, so that the batches of several partitions cost one transaction. When that call fails, each batch is handled by
 * itself and gets its own result. An infrastructure error rejects all these batches instead.
 */
export function handleTogether<T>(handle: Handle<T>): Handle<T> {
  const waiting: Call<T>[] = [];
  let isRunning = false;

  async function run(): Promise<void> {
    // The batches of one read arrive in the same turn of the event loop.
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
