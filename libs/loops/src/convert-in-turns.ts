import { yieldToEventLoop } from './yield-to-event-loop.ts';

/** The longest turn of the event loop that rows are converted in, unless one row takes longer. */
const turnMs = 5;

/**
 * Converts the rows of an answer one by one. Lets the rest of the process run after each 5 ms: rows may have megabytes,
 * and all others would wait. Ends between two rows, by its reason, with the signal of the call.
 */
export async function convertInTurns<Row, Message>(
  rows: readonly Row[],
  convert: (row: Row, index: number) => Message,
  signal: AbortSignal,
): Promise<Message[]> {
  const messages: Message[] = [];
  let startedAt = performance.now();
  for (const [index, row] of rows.entries()) {
    signal.throwIfAborted();
    messages.push(convert(row, index));
    if (performance.now() - startedAt < turnMs) continue;
    await yieldToEventLoop();
    startedAt = performance.now();
  }
  return messages;
}
