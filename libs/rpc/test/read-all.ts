/** Reads a stream to its end. */
export async function readAll(messages: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of messages);
}
