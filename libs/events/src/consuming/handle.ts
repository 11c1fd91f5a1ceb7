import { isInfrastructureError } from '@drippulse/db';

/** How far it went: with `error`, the item after the `done` ones is the one that failed. */
export type Handled = { done: number; error?: unknown };

/**
 * Handles all items at once or, when that fails through one of them, in halves, until the first that fails alone.
 * A failure of the surroundings is nobody's fault: nothing is split then.
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
