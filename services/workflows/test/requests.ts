import { fromConnectError } from '@drippulse/rpc';

/** Returns a free-form JSON field of a request. */
export function json(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

/** Returns the value of a free-form JSON field of a response. */
export function parsed(bytes: Uint8Array | undefined): unknown {
  return bytes && JSON.parse(new TextDecoder().decode(bytes));
}

/** The example body of the API reference. */
export const referenceSteps = json([
  { type: 'trigger', name: 'Start', config: { frequency: 'hourly' } },
  { type: 'log', name: 'Done', config: { message: 'ok', level: 'info' } },
]);

/** Returns the refusal of a call as `kind reason`, with the problem of each field; undefined if the call succeeds. */
export async function refusal(call: Promise<unknown>) {
  try {
    await call;
  } catch (error) {
    const { kind, reason, violations } = fromConnectError(error);
    return { error: `${kind} ${reason}`, fields: Object.fromEntries(violations.map((v) => [v.field, v.message])) };
  }
  return undefined;
}

/** Collects all messages of a stream. */
export async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const messages: T[] = [];
  for await (const message of stream) messages.push(message);
  return messages;
}
