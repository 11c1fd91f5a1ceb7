import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { AggregatorRegistry, collectDefaultMetrics, Registry } from 'prom-client';

/** Whether each part that a service cannot do without is there. */
export type Readiness = { ok: boolean; parts: Record<string, boolean> };

export type OpsServer = { port: number; stop(): Promise<void> };

/**
 * Serves `/metrics` (the registries and those of the process), `/ready` (503 while not ok) and `/live` on a port that
 * is not public. Port 0 takes a free one.
 */
export async function startOpsServer(options: {
  host: string;
  port: number;
  registries: Registry[];
  ready(): Promise<Readiness>;
}): Promise<OpsServer> {
  const processMetrics = new Registry();
  collectDefaultMetrics({ register: processMetrics });
  const app = express().disable('x-powered-by');
  app.get('/metrics', async (_request, response) => {
    response.type(processMetrics.contentType).send(await exposition([processMetrics, ...options.registries]));
  });
  app.get('/ready', async (_request, response) => {
    const readiness = await options.ready();
    response.status(readiness.ok ? 200 : 503).json(readiness);
  });
  app.get('/live', (_request, response) => {
    response.json({ ok: true });
  });
  const server = createServer(app);
  server.listen(options.port, options.host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      server.close();
      server.closeAllConnections();
      if (server.listening) await once(server, 'close');
    },
  };
}

/** `Registry.merge` refuses two services that register the same instrument; the cluster aggregator keeps both. */
async function exposition(registries: Registry[]): Promise<string> {
  const metrics = await Promise.all(registries.map((registry) => registry.getMetricsAsJSON()));
  return AggregatorRegistry.aggregate(metrics).metrics();
}
