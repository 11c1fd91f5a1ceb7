import { provisionSchema } from '@drippulse/db';
import { createTestDatabase } from '@drippulse/testing';
import { migrateEmbeddedTransport } from '../src/index.ts';
import { describeContract } from './contract.ts';
import { openTransport, type TransportChoice } from './transports.ts';

describeContract('the embedded transport', async () => {
  const database = await createTestDatabase({ name: 'embedded' });
  const url = await provisionSchema({
    adminUrl: database.url,
    schema: 'events',
    role: 'drippulse_test_events',
    password: 'events',
  });
  await migrateEmbeddedTransport(url);
  const choice: TransportChoice = { kind: 'embedded', url };
  const transport = openTransport(choice);
  return {
    transport,
    choice,
    async close() {
      await transport.close();
      await database.drop();
    },
  };
});
