// A process that runs the relay of a service. On request it dies after a send and before it can delete the sent rows.
import { connectDatabase } from '@drippulse/db';
import { createMetrics } from '@drippulse/observability';
import { type EventTransport, startRelay } from '../src/index.ts';
import { log } from './fixture.ts';
import { openTransport } from './transports.ts';

const { choice, databaseUrl, leaseMs, diesAfterSend } = JSON.parse(process.env['SETTINGS'] ?? '');
const transport = openTransport(choice);

startRelay({
  db: connectDatabase<unknown>({ url: databaseUrl, schema: 'probes', service: 'probes', log }),
  schema: 'probes',
  service: 'probes',
  transport: diesAfterSend ? dyingAfterSend(transport) : transport,
  log,
  metrics: createMetrics('relaying'),
  leaseMs,
});

function dyingAfterSend(real: EventTransport): EventTransport {
  return {
    ...real,
    async createProducer() {
      const producer = await real.createProducer();
      return {
        ...producer,
        async send(topic, messages, timeoutMs) {
          await producer.send(topic, messages, timeoutMs);
          process.kill(process.pid, 'SIGKILL');
          await new Promise(() => undefined);
        },
      };
    },
  };
}
