import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { connectDatabase } from '@drippulse/db';
import {
  appendEvents,
  createEmbeddedTransport,
  createEventTables,
  migrateEmbeddedTransport,
  startRelay,
  topicOf,
} from '@drippulse/events';
import { createLogger, createMetrics } from '@drippulse/observability';
import { WebhooksService } from '@drippulse/proto/drippulse/webhooks/v1/webhooks_pb';
import { WorkflowEventSchema } from '@drippulse/proto/drippulse/workflows/v1/events_pb';
import { WorkflowStatus } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { clientFor, createInMemoryPeers } from '@drippulse/rpc';
import { createTestKeys } from '@drippulse/service/harness/keys';
import { publicService } from '@drippulse/topology';
import { service } from '@drippulse/webhooks';
import type { DB } from '@drippulse/webhooks/schema';
import { sql } from 'kysely';
import { startPostgres } from '../start-postgres.ts';
import type { Arrival } from './receiver-process.ts';

export type Platform = Awaited<ReturnType<typeof startPlatform>>;

/**
 * Starts the service in this process with its production settings, a PostgreSQL with fsync, a publisher with an outbox
 * and a relay, and a receiver in a process of its own.
 */
export async function startPlatform() {
  const postgres = await startPostgres();
  const { url } = postgres;
  const log = createLogger({ service: 'bench', level: 'error' });
  await service.migrate(url);
  await migrateEmbeddedTransport(url);
  const events = createEmbeddedTransport({ url, log });
  await events.ensureTopics([topicOf(WorkflowEventSchema).name]);
  const publisher = await startPublisher(url, events, log);
  const receiver = await startReceiver();
  const keys = createTestKeys();
  const peers = createInMemoryPeers();
  const config = service.readConfig({
    ...keys.environmentOf(service.name, url),
    LOG_LEVEL: 'error',
    WEBHOOK_ALLOW_PRIVATE: 'true',
  });
  const running = await service.start(config, { peers, events, log });
  let stopped: Promise<void> | undefined;
  const db = connectDatabase<DB>({ url, schema: 'webhooks', service: 'bench', log, max: 2 });
  const tokens = keys.tokensOf(publicService);
  const client = clientFor(WebhooksService, { peers, target: service.name, tokens });
  return {
    url,
    db,
    publisher,
    receiver,
    async addWebhook(organizationId: bigint, path: string): Promise<bigint> {
      const actor = { type: 'user' as const, id: '1' };
      const caller = client({ organizationId, actor, role: 'editor', mode: 'live' });
      const webhookUrl = path.startsWith('http') ? path : `${receiver.url}${path}`;
      const { webhook } = await caller.createWebhook({ url: webhookUrl, eventType: 'workflow.created' });
      return webhook?.id ?? 0n;
    },
    /** Stops the loops, for measurements without them. A second call changes nothing. */
    stopService() {
      stopped ??= running.stop();
      return stopped;
    },
    async stop() {
      await publisher.stop();
      await events.close();
      peers.close();
      await db.close();
      receiver.stop();
      await postgres.stop();
    },
  };
}

async function startPublisher(
  url: string,
  transport: ReturnType<typeof createEmbeddedTransport>,
  log: ReturnType<typeof createLogger>,
) {
  const setup = connectDatabase<unknown>({ url, schema: 'public', service: 'bench', log, max: 1 });
  await sql`create schema publisher`.execute(setup.kysely);
  await setup.close();
  const db = connectDatabase<unknown>({ url, schema: 'publisher', service: 'bench', log, max: 4 });
  await createEventTables(db.kysely);
  const metrics = createMetrics('bench');
  const relay = startRelay({ db, schema: 'publisher', service: 'bench', transport, log, metrics });
  return {
    /** Commits one transaction with these events. Returns their ids and the time of the commit, in epoch ms. */
    async publish(organizationId: bigint, count: number): Promise<{ ids: string[]; committedAt: number }> {
      const made = Array.from({ length: count }, () => workflowCreated(organizationId));
      const ids = await db.kysely.transaction().execute((trx) => appendEvents(trx, topicOf(WorkflowEventSchema), made));
      const committedAt = performance.timeOrigin + performance.now();
      relay.wake();
      return { ids, committedAt };
    },
    async stop() {
      await relay.stop();
      await db.close();
    },
  };
}

let workflows = 0n;

function workflowCreated(organizationId: bigint) {
  workflows += 1n;
  const at = timestampFromDate(new Date());
  const steps = Buffer.from('[{"id":"s1","type":"wait","name":"Wait","position":0,"config":{"duration":1}}]');
  const value = {
    id: workflows,
    name: 'Bench',
    status: WorkflowStatus.DRAFT,
    version: 1,
    steps,
    createdAt: at,
    updatedAt: at,
  };
  return {
    organizationId,
    sequence: 1n,
    aggregate: `workflow:${workflows}`,
    payload: { case: 'created' as const, value: { ...value, integrations: Buffer.from('[]') } },
  };
}

/** Starts the endpoints. `arrivals` has the time of the first arrival of each event at /ok. */
async function startReceiver() {
  const child = fork(fileURLToPath(new URL('receiver-process.ts', import.meta.url)), { stdio: 'inherit' });
  const arrivals = new Map<string, number>();
  let count = 0;
  const { promise: listening, resolve } = Promise.withResolvers<number>();
  child.on('message', (message: { port?: number; arrivals?: Arrival[] }) => {
    if (message.port !== undefined) resolve(message.port);
    for (const [id, at] of message.arrivals ?? []) {
      count += 1;
      if (!arrivals.has(id)) arrivals.set(id, at);
    }
  });
  const port = await listening;
  return {
    url: `http://127.0.0.1:${port}`,
    arrivals,
    requests: () => count,
    stop: () => void child.kill(),
  };
}
