import { describeContract } from './contract.ts';
import { createEmbeddedLog } from './embedded-log.ts';
import { openTransport } from './transports.ts';

describeContract('the embedded transport', async () => {
  const embeddedLog = await createEmbeddedLog();
  const transport = openTransport(embeddedLog.choice);
  return {
    transport,
    choice: embeddedLog.choice,
    async close() {
      await transport.close();
      await embeddedLog.drop();
    },
  };
});
