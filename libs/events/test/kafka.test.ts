import { testKafka } from '@drippulse/testing';
import { test } from '@jest/globals';
import { describeContract } from './contract.ts';
import { openTransport, type TransportChoice } from './transports.ts';

const kafka = await testKafka();

if ('unavailable' in kafka) {
  test.skip(kafka.unavailable, () => undefined);
} else {
  const choice: TransportChoice = { kind: 'kafka', brokers: kafka.brokers };
  describeContract('Kafka', async () => {
    const transport = openTransport(choice);
    return { transport, choice, close: () => transport.close() };
  });
}
