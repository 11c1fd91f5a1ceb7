import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import express from 'express';
import { AggregatorRegistry, type Registry } from 'prom-client';
import { gauge } from './instruments.ts';
import { measureProcess, processMetrics } from './process-metrics.ts';

/** Whether each part that a service cannot do without is there. */
export type Readiness = { ok: boolean; parts: Record<string, boolean> };

export type OpsServer = {
  port: number;
  /** `/ready` answers 503 from now on; resolves after the pause in which load balancers notice. */
  leave(): Promise<void>;
  stop(): Promise<void>;
};

/** A part that has not answered a scrape within this time counts as away. */
const partTimeoutMs = 1000;

/**
 * Serves `/metrics` (the registries and that of the process), `/ready` (503 while not ok, and once the process leaves)
 * and `/live` (503 when only a restart helps) on a port that is not public. Port 0 takes a free one.
 */
export async function startOpsServer(options: {
  /** Name of the process: the label `service` of its own metrics. */
  service: string;
  host: string;
  port: number;
  registries: Registry[];
  ready(): Promise<Readiness>;
  alive(): boolean;
  /** How long `leave` takes. */
  leaveMs: number;
}): Promise<OpsServer> {
  const { service, registries, ready, alive, leaveMs } = options;
  measureProcess();
  processMetrics.setDefaultLabels({ service });
  const parts = gauge(processMetrics, 'drippulse_part_up');
  const known = new Set<string>();
  let isLeaving = false;

  const app = express().disable('x-powered-by');
  app.get('/metrics', async (_request, response) => {
    await measureParts();
    response.type(processMetrics.contentType).send(await exposition([processMetrics, ...registries]));
  });
  app.get('/ready', async (_request, response) => {
    const readiness = await ready();
    const ok = readiness.ok && !isLeaving;
    response.status(ok ? 200 : 503).json({ ...readiness, ok });
  });
  app.get('/live', (_request, response) => {
    const ok = alive();
    response.status(ok ? 200 : 503).json({ ok });
  });

  async function measureParts(): Promise<void> {
    const answered = await Promise.race([
      ready().then(
        (readiness) => readiness.parts,
        () => ({}),
      ),
      sleep(partTimeoutMs, {}, { ref: false }),
    ]);
    const found = new Map(Object.entries(answered));
    for (const part of found.keys()) known.add(part);
    for (const part of known) parts.set({ part }, found.get(part) === true ? 1 : 0);
  }

  const server = createServer(app);
  server.listen(options.port, options.host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async leave() {
      isLeaving = true;
      await sleep(leaveMs);
    },
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
