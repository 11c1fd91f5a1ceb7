// Runs in the cluster: takes callbacks and webhooks, and tells what it took.
import { createServer } from 'node:http';

type Received = { path: string; key: string; headers: Record<string, unknown>; body: string };

const received: Received[] = [];

createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const path = request.url ?? '/';
    response.setHeader('content-type', 'application/json');
    if (request.method === 'GET') {
      response.end(JSON.stringify(received.filter((one) => one.path === path)));
      return;
    }
    const key = String(request.headers['idempotency-key'] ?? request.headers['webhook-id'] ?? '');
    received.push({ path, key, headers: request.headers, body: Buffer.concat(chunks).toString() });
    response.end('{}');
  });
}).listen(8080);

// The first process of a container has no handler of its own.
process.on('SIGTERM', () => process.exit());
