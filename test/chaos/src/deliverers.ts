import { freePort } from '@drippulse/servers';
import pg from 'pg';
import { createWebhooksClient, delivererConfig } from './clients.ts';
import type { HookEndpoint } from './hook-endpoint.ts';
import { type Runtime, startRuntime } from './runtime.ts';
import type { Servers } from './servers.ts';

/**
 * A webhook for all events of the runtimes in an organization: of enrollments, and of workflows with failed
 * enrollments.
 */
export type Hook = {
  id: string;
  organizationId: string;
  path: string;
  /** Whether the webhook's endpoint returns `gone` at the first request, which disables the webhook. */
  isGone: boolean;
};

const names = ['c', 'd'];
const organizations = [11n, 12n, 13n];

/**
 * Starts two processes that deliver the runtimes' events to plain and ordered webhooks, and to one webhook whose
 * endpoint returns `gone`.
 */
export async function startDeliverers(
  servers: Servers,
  endpoint: HookEndpoint,
  opened: { stop(): unknown }[],
): Promise<{ deliverers: Runtime[]; hooks: Hook[] }> {
  const ports = [await freePort(), await freePort()];
  const deliverers = names.map((name, index) => {
    const config = delivererConfig({
      databaseUrl: servers.postgresUrl,
      kafkaBrokers: servers.kafka.brokers,
      addresses: {},
      grpcPort: ports[index] ?? 0,
    });
    const ignore = () => undefined;
    const { folder } = servers;
    const program = 'deliverer-process.ts';
    return startRuntime({ name, program, config, folder, onStall: ignore, onConnection: ignore });
  });
  opened.push(...deliverers);
  for (const deliverer of deliverers) await deliverer.untilReady();
  return { deliverers, hooks: await makeHooks(ports[0] ?? 0, endpoint) };
}

async function makeHooks(grpcPort: number, endpoint: HookEndpoint): Promise<Hook[]> {
  const client = createWebhooksClient(grpcPort);
  const hooks: Hook[] = [];
  try {
    for (const organizationId of organizations) {
      for (const kind of ['plain', 'ordered', ...(organizationId === 11n ? ['gone'] : [])]) {
        const path = `/${organizationId}/${kind}`;
        const request = {
          url: endpoint.url + path,
          eventTypes: ['enrollment.*', 'workflow.*'],
          ordered: kind === 'ordered',
        };
        const { webhook } = await client.webhooks(organizationId).createWebhook(request);
        const { id = 0n, secret = '' } = webhook ?? {};
        endpoint.secrets.set(path, secret);
        hooks.push({ id: String(id), organizationId: String(organizationId), path, isGone: kind === 'gone' });
      }
    }
    return hooks;
  } finally {
    client.close();
  }
}

/**
 * Ends all waits and leases immediately, because waits last hours and leases half a minute, which would be too long for
 * a run. Rows that a frozen process has locked are skipped.
 */
export async function hurryDeliveries(client: pg.Client): Promise<void> {
  await client.query(`
    update webhooks.queue set due_at = now() where delivery_id in (
      select delivery_id from webhooks.queue where due_at > now() and due_at < 'infinity' for update skip locked)`);
  await client.query(`
    update webhooks.lanes set next_due_at = now(), open_until = null where (webhook_id, is_manual) in (
      select webhook_id, is_manual from webhooks.lanes where next_due_at > now() for update skip locked)`);
}

/** Ends leases on a separate connection, for faults. */
export async function endLeases(postgresUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: postgresUrl });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await hurryDeliveries(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}
