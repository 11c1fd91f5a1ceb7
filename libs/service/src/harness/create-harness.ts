import { type DescMessage, type DescService, fromBinary, type MessageShape } from '@bufbuild/protobuf';
import type { Client } from '@connectrpc/connect';
import { connectDatabase, type Database } from '@drippulse/db';
import { createEmbeddedTransport, migrateEmbeddedTransport, topicOf } from '@drippulse/events';
import type { Clock } from '@drippulse/loops';
import { type Caller, clientFor, createInMemoryPeers, type Routes, serverInterceptors } from '@drippulse/rpc';
import { createTestDatabase, type TestDatabase } from '@drippulse/testing';
import { type ServiceName, schemaOf, servedBy } from '@drippulse/topology';
import type { ServiceConfig, StatefulDefinition } from '../index.ts';
import { keepParts } from '../process-base.ts';
import { createTestKeys } from './keys.ts';
import { testLogger } from './test-logger.ts';

/** Options with which a test starts a service. */
export type HarnessOptions<C extends ServiceConfig, O extends object> = {
  /** Environment variables of the service. */
  env?: Record<string, string>;
  /** Members of the configuration that no variable sets. */
  config?: Partial<C>;
  /** The members of `Shared` that only tests set. */
  overrides?: O;
  /** Peers of the service. */
  peers?: readonly { name: ServiceName; routes: Routes }[];
  clock?: Clock;
  /** Returns the address that replaces the database's own address, such as the address of a proxy. */
  through?(url: string): Promise<string>;
  /** A migrated database that is kept after the harness has stopped. Default: a new database. */
  database?: TestDatabase;
};

/**
 * Starts a service as in production, on a database of its own, with its events in the same database and its peers in
 * memory. `start` starts one instance; `stop` stops all of them and removes the database.
 */
export async function createHarness<C extends ServiceConfig, O extends object>(
  service: StatefulDefinition<C, O>,
  options: HarnessOptions<C, O> = {},
) {
  const { name } = service;
  const schema = schemaOf(name);
  const { keep, stop } = keepParts();
  const database = options.database ?? (await ownDatabase());
  const log = testLogger();
  const keys = createTestKeys();
  const peers = createInMemoryPeers();
  keep({ stop: async () => peers.close() });
  for (const peer of options.peers ?? []) servePeer(peer.name, peer.routes);
  const events = createEmbeddedTransport({ url: database.url, log });
  keep({ stop: () => events.close() });
  const databaseUrl = (await options.through?.(database.url)) ?? database.url;
  const environment = { ...keys.environmentOf(name, databaseUrl), ...options.env };
  const config = { ...service.readConfig(environment), ...options.config };
  const running: { stop(): Promise<void> }[] = [];
  keep({ stop: stopServices });

  async function ownDatabase(): Promise<TestDatabase> {
    const made = await createTestDatabase({
      name: schema,
      template: schema,
      async prepare(url) {
        await service.migrate(url);
        await migrateEmbeddedTransport(url);
      },
    });
    keep({ stop: () => made.drop() });
    return made;
  }

  function servePeer(peer: ServiceName, routes: Routes): void {
    peers.register(peer, routes, serverInterceptors({ tokens: keys.tokensOf(peer), log }));
  }

  /** Stops the instances in the order of their start, as SIGTERM would. */
  async function stopServices(): Promise<void> {
    for (const process of running.splice(0)) await process.stop();
  }

  return {
    config,
    database,
    keys,
    log,
    peers,
    events,
    keep,
    servePeer,
    /** Starts an instance of the service. A further instance shares the database. */
    async start() {
      // An empty object is valid, because every member of `O` is optional.
      const overrides = options.overrides ?? ({} as O);
      const { clock } = options;
      const started = await service.start(config, { peers, events, log, ...(clock && { clock }), ...overrides });
      running.push(started);
      return started;
    },
    stopServices,
    /**
     * Makes clients of one of the service's RPC services. They call it as the service `from`, on behalf of a caller.
     * `target` is needed if several services serve the RPC service.
     */
    clientsFrom<S extends DescService>(
      from: ServiceName,
      rpc: S,
      target = servedBy(rpc),
    ): (caller: Caller) => Client<S> {
      return clientFor(rpc, { peers, target, tokens: keys.tokensOf(from) });
    },
    /** Opens a connection to the database of the service. */
    connect<DB>(max = 2): Database<DB> {
      const db = connectDatabase<DB>({ url: database.url, schema, service: 'test', log, max });
      keep({ stop: () => db.close() });
      return db;
    },
    /** Collects the events of a topic from now on, as published, in order within one aggregate. */
    async collect<D extends DescMessage>(desc: D): Promise<MessageShape<D>[]> {
      const published: MessageShape<D>[] = [];
      const subscription = await events.consume({
        topic: topicOf(desc).name,
        group: 'test',
        async onBatch({ messages }) {
          published.push(...messages.map((message) => fromBinary(desc, message.value)));
          return { done: messages.length };
        },
      });
      keep(subscription);
      return published;
    },
    stop,
  };
}
