import type { Logger } from '@drippulse/observability';
import type { EventTransport, Producer, TransportMessage } from './transport.ts';

/** Sends with one producer for as long as it works, and with a fresh one after it has failed. */
export type Sender = {
  /** Makes the topic and the producer where they are missing, so that a send is nothing but the send. */
  prepare(topic: string): Promise<void>;
  /** After `prepare`. What was sent when it rejects is unknown. */
  send(topic: string, messages: readonly TransportMessage[], timeoutMs: number): Promise<void>;
  close(): Promise<void>;
};

export function createSender(transport: EventTransport, log: Logger): Sender {
  const knownTopics = new Set<string>();
  let producer: Producer | undefined;

  async function close(): Promise<void> {
    const closing = producer;
    producer = undefined;
    knownTopics.clear();
    await closing?.close().catch((error: unknown) => log.debug({ err: error }, 'producer did not close cleanly'));
  }

  return {
    close,
    async prepare(topic) {
      if (!knownTopics.has(topic)) await transport.ensureTopics([topic]);
      knownTopics.add(topic);
      producer ??= await transport.createProducer();
    },
    async send(topic, messages, timeoutMs) {
      try {
        if (producer === undefined) throw new Error('The sender is not prepared');
        await producer.send(topic, messages, timeoutMs);
      } catch (error) {
        await close();
        throw error;
      }
    },
  };
}
