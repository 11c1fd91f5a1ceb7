import { fromConnectError } from '@drippulse/rpc';

/** Returns the answer about one item of a list; undefined if the item was deleted after the list was read. */
export async function unlessGone<T>(answer: Promise<T>): Promise<T | undefined> {
  return answer.catch((error: unknown) => {
    if (fromConnectError(error).kind === 'not_found') return undefined;
    throw error;
  });
}
