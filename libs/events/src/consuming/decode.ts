import { type DescMessage, fromBinary, type MessageShape } from '@bufbuild/protobuf';
import type { Topic } from '../topic.ts';
import type { ReceivedMessage } from '../transport.ts';

/** An event as its consumer receives it. `message` has the time, organization, aggregate, sequence and payload. */
export type ConsumedEvent<D extends DescMessage = DescMessage> = {
  /** `evt_` and a UUIDv7, the same for each delivery of the event. */
  id: string;
  /** The type, such as `enrollment.started`. */
  type: string;
  message: MessageShape<D>;
  /** The trace of the request that raised the event. */
  traceparent?: string;
};

export type Decoded<D extends DescMessage> =
  | { received: ReceivedMessage; event: ConsumedEvent<D> }
  | { received: ReceivedMessage; problem: Error };

/**
 * Decodes a message of the topic. A refused message, or a message that is not an event of the topic, is returned as a
 * problem, because no retry can help.
 */
export function decodeEvent<D extends DescMessage>(topic: Topic<D>, received: ReceivedMessage): Decoded<D> {
  if (received.refusal !== undefined) return { received, problem: new Error(received.refusal) };
  const { ce_id: id, ce_type: type, traceparent } = received.headers;
  if (!id || !type) return { received, problem: new Error('The headers ce_id and ce_type are missing.') };
  try {
    const message = fromBinary(topic.desc, received.value);
    return { received, event: { id, type, message, ...(traceparent === undefined ? {} : { traceparent }) } };
  } catch (cause) {
    return { received, problem: new Error(`The value is no ${topic.desc.typeName}.`, { cause }) };
  }
}
