import { testKafka } from '@drippulse/testing';
import { notRun } from '@drippulse/testing/not-run';
import { describeContract } from './contract.ts';
import { openTransport, type TransportChoice } from './transports.ts';

const kafka = await testKafka();

if ('unavailable' in kafka) {
  notRun(kafka);
} else {
  const choice: TransportChoice = { kind: 'kafka', brokers: kafka.brokers };
  describeContract('Kafka', async () => {
    const transport = openTransport(choice);
    return { transport, choice, close: () => transport.close() };
  });
}
