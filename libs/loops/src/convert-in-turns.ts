import { yieldToEventLoop } from './yield-to-event-loop.ts';

/** Maximum number of milliseconds of a turn in which rows are converted. A single row may take longer. */
const turnMs = 5;

/**
 * Converts the rows of a response one by one. Lets other work of the process run every 5 ms, because rows may have
 * megabytes. When the signal of the call aborts, throws the signal's reason between two rows.
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
