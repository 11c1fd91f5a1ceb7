import { withTimeout } from '@drippulse/loops';
import type { Kafka } from 'kafkajs';
import type { Producer } from '../transport.ts';

const closeTimeoutMs = 3000;

/**
 * Makes an idempotent producer that waits for all replicas in sync. kafkajs may drop the batch after a failed one,
 * without an error, so a producer whose send has rejected must not send again.
 */
export async function createKafkaProducer(kafka: Kafka): Promise<Producer> {
  const { default: kafkajs } = await import('kafkajs');
  const producer = kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  });
  try {
    await producer.connect();
  } catch (error) {
    // Without this, a connection that was opened before the failure would stay open.
    await withTimeout(producer.disconnect(), closeTimeoutMs, 'Closing a producer').catch(() => undefined);
    throw error;
  }
  return {
    async send(topic, messages, timeoutMs) {
      const records = messages.map(({ key, value, headers }) => ({ key, value: Buffer.from(value), headers }));
      const sending = producer.send({ topic, acks: -1, messages: records, timeout: Math.ceil(timeoutMs) });
      await withTimeout(sending, timeoutMs, `Sending to ${topic}`);
    },
    async close() {
      await withTimeout(producer.disconnect(), closeTimeoutMs, 'Closing a producer');
    },
  };
}
