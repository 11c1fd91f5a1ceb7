import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

/** The numbers of requests that the demo's receiver has received. */
export type Seen = { callbacks: number; repeats: number; events: Map<string, number>; refused: number };

/** Starts a small endpoint like a customer's, which verifies each webhook's signature and counts callbacks by key. */
export async function startReceiver(): Promise<{
  url: string;
  seen: Seen;
  trust(secret: string): void;
  stop(): Promise<void>;
}> {
  const seen: Seen = { callbacks: 0, repeats: 0, events: new Map(), refused: 0 };
  const keys = new Set<string>();
  let verifier: Webhook | undefined;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      response.statusCode =
        request.url === '/callback'
          ? takeCallback(request.headers['idempotency-key'])
          : takeWebhook(body, request.headers);
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    trust: (secret) => {
      verifier = new Webhook(secret);
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };

  function takeCallback(key: string | string[] | undefined): number {
    if (typeof key === 'string' && keys.has(key)) seen.repeats += 1;
    else seen.callbacks += 1;
    keys.add(String(key));
    return 204;
  }

  function takeWebhook(body: string, headers: NodeJS.Dict<string | string[]>): number {
    try {
      const event = verifier?.verify(body, headers as Record<string, string>) as { type: string } | undefined;
      if (event === undefined) return 503;
      seen.events.set(event.type, (seen.events.get(event.type) ?? 0) + 1);
      return 204;
    } catch {
      seen.refused += 1;
      return 401;
    }
  }
}
