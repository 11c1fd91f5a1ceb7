// Runs in the cluster: receives callbacks, webhooks and traces, and lists them on request.
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
    const body = Buffer.concat(chunks).toString();
    const key = String(request.headers['idempotency-key'] ?? request.headers['webhook-id'] ?? '');
    // Only the services that sent traces are kept, because there are many traces.
    if (path === '/v1/traces') takeTraces(path, body);
    else received.push({ path, key, headers: request.headers, body });
    if (path === '/slow') setTimeout(() => response.end('{}'), 2000);
    else response.end('{}');
  });
}).listen(8080);

function takeTraces(path: string, body: string): void {
  const service = /"service\.name","value":\{"stringValue":"([^"]+)"/.exec(body)?.[1] ?? body.slice(0, 200);
  if (received.some((one) => one.path === path && one.key === service)) return;
  received.push({ path, key: service, headers: {}, body: '' });
}

// The first process of a container has no default handler for signals.
process.on('SIGTERM', () => process.exit());
