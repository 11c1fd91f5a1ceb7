import { yieldToEventLoop } from '@drippulse/loops';
import { isDeadLetterTopic } from '../topic.ts';
import type { EventTransport, ReceivedBatch, ReceivedMessage } from '../transport.ts';
import { createVerify, type EventKeys, signMessages } from './signatures.ts';

/**
 * Number of messages that are verified between two turns of the event loop. This takes 5 ms if each message has its own
 * signature.
 */
const turnMessages = 50;

/**
 * Makes the transport for one service. Events of its own topics are signed when they are sent. Consumed events that no
 * publisher of their topic has signed are marked with a refusal, which makes them dead letters. Dead letters pass
 * unchanged, so that a redriven event keeps its original signature. A private transport needs no signatures and is
 * returned unchanged.
 */
export function signEvents(
  transport: EventTransport,
  options: {
    service: string;
    keys: EventKeys;
    /** Returns the services whose keys may sign events of a topic; empty for a topic that is not the platform's. */
    publishersOf(topic: string): readonly string[];
  },
): EventTransport {
  if (transport.isPrivate) return transport;
  const { service, keys, publishersOf } = options;
  const verify = createVerify(keys, publishersOf);

  function judged(topic: string, message: ReceivedMessage): ReceivedMessage {
    const refusal = verify(topic, message);
    return refusal === undefined ? message : { ...message, refusal };
  }

  async function judge(topic: string, batch: ReceivedBatch): Promise<ReceivedBatch> {
    const messages: ReceivedMessage[] = [];
    for (const message of batch.messages) {
      if (messages.length % turnMessages === turnMessages - 1) await yieldToEventLoop();
      messages.push(judged(topic, message));
    }
    return { ...batch, messages };
  }

  return {
    ...transport,
    async createProducer() {
      const producer = await transport.createProducer();
      return {
        async send(topic, messages, timeoutMs) {
          const isOwn = publishersOf(topic).includes(service);
          await producer.send(topic, isOwn ? signMessages(topic, messages, keys) : messages, timeoutMs);
        },
        close: () => producer.close(),
      };
    },
    async follow(following) {
      const { topic, onMessage } = following;
      return transport.follow({ ...following, onMessage: (message) => onMessage(judged(topic, message)) });
    },
    async consume(consumption) {
      const { topic, onBatch } = consumption;
      if (isDeadLetterTopic(topic)) return transport.consume(consumption);
      if (publishersOf(topic).length === 0) throw new Error(`no service publishes ${topic}`);
      return transport.consume({ ...consumption, onBatch: async (batch) => onBatch(await judge(topic, batch)) });
    },
  };
}
