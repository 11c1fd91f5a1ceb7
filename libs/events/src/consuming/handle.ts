import { isInfrastructureError } from '@drippulse/db';

/** The number of items that are done. If `error` is set, the item after them failed. */
export type Handled = { done: number; error?: unknown };

/**
 * Handles all items in one call. When the call fails, handles the items in halves, up to the first item that fails
 * alone. An infrastructure error is not caused by an item, so the items are not split.
 */
export async function handleUpToFailure<T>(
  items: readonly T[],
  handle: (items: readonly T[]) => Promise<void>,
): Promise<Handled> {
  try {
    await handle(items);
    return { done: items.length };
  } catch (error) {
    if (items.length <= 1 || isInfrastructureError(error)) return { done: 0, error };
  }
  const middle = Math.ceil(items.length / 2);
  const first = await handleUpToFailure(items.slice(0, middle), handle);
  if (first.error !== undefined) return first;
  const second = await handleUpToFailure(items.slice(middle), handle);
  return { done: middle + second.done, error: second.error };
}
