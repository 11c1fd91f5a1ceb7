import { fromConnectError } from '@drippulse/rpc';

/** Free JSON as requests carry it. */
export function json(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

/** Free JSON of an answer. */
export function parsed(bytes: Uint8Array | undefined): unknown {
  return bytes && JSON.parse(new TextDecoder().decode(bytes));
}

/** The body of the API reference's own example. */
export const referenceSteps = json([
  { type: 'trigger', name: 'Start', config: { frequency: 'hourly' } },
  { type: 'log', name: 'Done', config: { message: 'ok', level: 'info' } },
]);

/** How a call was refused, as `kind reason`, with what was wrong in which field. */
export async function refusal(call: Promise<unknown>) {
  try {
    await call;
  } catch (error) {
    const { kind, reason, violations } = fromConnectError(error);
    return { error: `${kind} ${reason}`, fields: Object.fromEntries(violations.map((v) => [v.field, v.message])) };
  }
  return undefined;
}

/** All messages of a stream. */
export async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const messages: T[] = [];
  for await (const message of stream) messages.push(message);
  return messages;
}
