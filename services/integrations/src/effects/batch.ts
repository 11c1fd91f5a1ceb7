import { setImmediate as nextTurn } from 'node:timers/promises';

type Waiting<In, Out> = { item: In; resolve(out: Out): void; reject(error: unknown): void };

/**
 * Does work for many callers at once: what is asked for while a batch is under way is the next batch. One that fails is done anew, each
 * item by itself, so that an item fails alone.
 */
export function createBatch<In, Out>(
  most: number,
  work: (items: readonly In[]) => Promise<readonly Out[]>,
): (item: In) => Promise<Out> {
  let waiting: Waiting<In, Out>[] = [];
  let isWorking = false;

  async function workOff(): Promise<void> {
    isWorking = true;
    await nextTurn();
    while (waiting.length > 0) {
      const batch = waiting.slice(0, most);
      waiting = waiting.slice(most);
      await settle(work, batch);
    }
    isWorking = false;
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (!isWorking) void workOff();
    });
}

/** Never rejects. */
async function settle<In, Out>(
  work: (items: readonly In[]) => Promise<readonly Out[]>,
  batch: readonly Waiting<In, Out>[],
): Promise<void> {
  try {
    const results = await work(batch.map(({ item }) => item));
    for (const [index, { resolve }] of batch.entries()) resolve(results[index] as Out); // one result for each item
  } catch (error) {
    if (batch.length === 1) for (const { reject } of batch) reject(error);
    else for (const one of batch) await settle(work, [one]);
  }
}
