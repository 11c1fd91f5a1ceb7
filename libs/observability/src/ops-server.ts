import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { AggregatorRegistry, type Registry } from 'prom-client';
import { gauge } from './instruments.ts';
import { askParts, type Parts } from './parts.ts';
import { measureProcess, processMetrics } from './process-metrics.ts';

/**
 * Maximum time for which `/ready` waits for the check of a part that the process needs, such as its database. A busy
 * database that responds late still serves calls, and it is late for every process. If all processes left the load
 * balancer for that reason, every request would fail.
 */
const readyWithinMs = 5000;

export type OpsServer = {
  port: number;
  /** Makes `/ready` return 503, and resolves after `leaveMs`, the time that load balancers need to notice. */
  leave(): Promise<void>;
  stop(): Promise<void>;
};

/**
 * Serves `/metrics` (all registries), `/ready` (503 while a part is unavailable, and after `leave`) and `/live` (503
 * when only a restart helps) on a port that is not public. With port 0, the system chooses a free port.
 */
export async function startOpsServer(options: {
  /** Name of the process: the label `service` of its own metrics. */
  service: string;
  host: string;
  port: number;
  registries: Registry[];
  /** The parts that the process needs. */
  parts: Parts;
  /** Whether `/ready` stays 200 once every part has been available. */
  staysReady?: boolean;
  alive(): boolean;
  /** Duration of `leave`. */
  leaveMs: number;
}): Promise<OpsServer> {
  const { service, registries, parts, staysReady = false, alive, leaveMs } = options;
  measureProcess();
  processMetrics.setDefaultLabels({ service });
  const partsUp = gauge(processMetrics, 'drippulse_part_up');
  let wasReady = false;
  let isLeaving = false;

  const routes: Record<string, (response: ServerResponse) => Promise<void>> = {
    async '/metrics'(response) {
      for (const [part, isUp] of Object.entries(await ask())) partsUp.set({ part }, isUp ? 1 : 0);
      const text = await exposition([processMetrics, ...registries]);
      response.setHeader('content-type', processMetrics.contentType).end(text);
    },
    async '/ready'(response) {
      const answers = await ask(readyWithinMs);
      const isWhole = Object.values(answers).every(Boolean);
      const ok = (isWhole || (staysReady && wasReady)) && !isLeaving;
      sendJson(response, ok ? 200 : 503, { ok, parts: answers });
    },
    async '/live'(response) {
      const ok = alive();
      sendJson(response, ok ? 200 : 503, { ok });
    },
  };

  async function ask(withinMs?: number): Promise<Record<string, boolean>> {
    const answers = await askParts(parts, withinMs);
    wasReady ||= Object.values(answers).every(Boolean);
    return answers;
  }

  // Three fixed paths need no framework: express takes 3 MB of memory.
  const server = createServer((request, response) => {
    const [path = ''] = (request.url ?? '').split('?', 1);
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    const route = isRead && Object.hasOwn(routes, path) ? routes[path] : undefined;
    if (route === undefined) response.writeHead(404).end();
    else route(response).catch(() => response.writeHead(500).end());
  });
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

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
}

/**
 * Formats the metrics with the aggregator that prom-client has for clusters, because `Registry.merge` refuses an
 * instrument that two services register.
 */
async function exposition(registries: Registry[]): Promise<string> {
  const metrics = await Promise.all(registries.map((registry) => registry.getMetricsAsJSON()));
  return AggregatorRegistry.aggregate(metrics).metrics();
}
