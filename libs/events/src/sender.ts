import type { Logger } from '@drippulse/observability';
import type { EventTransport, Producer, TransportMessage } from './transport.ts';

/** Sends with one producer. After a failure it sends with a new producer. */
export type Sender = {
  /**
   * Creates the topic and the producer if they do not exist yet, so that `send` spends its time limit only on sending.
   */
  prepare(topic: string): Promise<void>;
  /** Sends messages. Call it after `prepare`. When it rejects, it is unknown which messages were sent. */
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
