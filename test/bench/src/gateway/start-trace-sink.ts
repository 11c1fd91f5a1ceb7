import { once } from 'node:events';
import { createServer } from 'node:http';

/** Accepts traces over OTLP/HTTP and discards them. */
export async function startTraceSink(): Promise<{ url: string; batches(): number; stop(): Promise<void> }> {
  let batches = 0;
  const server = createServer((request, response) => {
    batches += 1;
    request.resume().once('end', () => response.setHeader('content-type', 'application/json').end('{}'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    batches: () => batches,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
