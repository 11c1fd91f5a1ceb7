import { type Database, databaseInterceptor, migrate, type Partitioning } from '@drippulse/db';
import type { Metrics } from '@drippulse/observability';
import { type Routes, serveRpc, serverInterceptors } from '@drippulse/rpc';
import { type ServiceName, schemaOf } from '@drippulse/topology';
import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { type Keep, keepIn, openBase, type ServiceBase, type Shared } from './base.ts';
import type { ProcessConfig, ServiceConfig } from './config.ts';
import { limitTransfers, transferPlaces } from './transfers.ts';

/** A service that runs. */
export type Service = {
  /** Port of gRPC; undefined when it is not served. */
  port: number | undefined;
  /** Port of the public API; undefined when it is not served. */
  publicPort?: number;
  metrics: Metrics;
  /** Whether each required part answers. */
  ready(): Promise<Record<string, boolean>>;
  /** Serves on, but ends kept connections with their next answer, before `stop` closes them. */
  leave?(): void;
  stop(): Promise<void>;
};

/** A service as the layouts start it: alone in a process, beside the others, or in a test. */
export type ServiceDefinition<C extends ProcessConfig = ProcessConfig, O extends object = object> = {
  name: ServiceName;
  readConfig(env: NodeJS.ProcessEnv): C;
  /**
   * Brings its schema up to date, as its own role; returns the names of the applied migrations. Undefined without one.
   */
  migrate?(url: string): Promise<string[]>;
  /** Whether `/ready` stays 200 once every part has answered: a part that is away then fails its own requests only. */
  staysReady?: boolean;
  start(config: C, shared: Shared & O): Promise<Service>;
};

/** A service with a schema. */
export type StatefulDefinition<C extends ServiceConfig, O extends object> = ServiceDefinition<C, O> & {
  migrate(url: string): Promise<string[]>;
};

/**
 * Defines a service by its own parts. `open` builds its context, starts its loops and consumers, and returns its
 * routes; each part that it gives to `keep` is stopped in reverse order of opening. All other parts are the same for
 * every service: the database, the relay of its outbox, tokens, the partitions of its idempotency keys, gRPC, readiness
 * and the stop. `O` are the members of `Shared` that only its tests set.
 */
export function defineService<C extends ServiceConfig, DB, O extends object = object>(own: {
  name: ServiceName;
  readConfig(env: NodeJS.ProcessEnv): C;
  /** Migrations of its schema, by name. */
  migrations: Record<string, Migration>;
  /** Its tables whose partitions are made ahead and dropped. */
  partitions?: readonly Partitioning[];
  open(base: ServiceBase<C, DB>, keep: Keep, shared: Shared & O): Routes | Promise<Routes>;
}): StatefulDefinition<C, O> {
  const { name, readConfig, migrations, partitions = [], open } = own;

  async function start(config: C, shared: Shared & O): Promise<Service> {
    const opened = new AsyncDisposableStack();
    const keep = keepIn(opened);
    try {
      const base = openBase<C, DB>(name, config, shared, { keep, partitions });
      const routes = await open(base, keep, shared);
      const port = await serve(name, routes, base, keep);
      return {
        port,
        metrics: base.registry,
        ready: async () => ({ database: await isDatabaseThere(base.db) }),
        stop: () => opened.disposeAsync(),
      };
    } catch (error) {
      await opened.disposeAsync();
      throw error;
    }
  }
  return { name, readConfig, migrate: (url) => migrate({ url, schema: schemaOf(name), migrations }), start };
}

/** Makes the routes reachable in this process and, where the configuration has a port, over gRPC. Returns the port. */
async function serve<C extends ServiceConfig, DB>(
  name: ServiceName,
  routes: Routes,
  { config, db, peers, tokens, log, registry }: ServiceBase<C, DB>,
  keep: Keep,
): Promise<number | undefined> {
  const interceptors = [
    ...serverInterceptors({ tokens, log, metrics: registry }),
    limitTransfers(transferPlaces()),
    databaseInterceptor,
  ];
  peers.register(name, routes, interceptors, () => isDatabaseThere(db));
  keep({ stop: async () => peers.unregister(name) });
  const { host, grpcPort } = config;
  if (grpcPort === undefined) return undefined;
  return keep(await serveRpc({ routes, interceptors, host, port: grpcPort, log, tls: peers.tls })).port;
}

function isDatabaseThere<DB>(db: Database<DB>): Promise<boolean> {
  return sql`select 1`.execute(db.kysely).then(
    () => true,
    () => false,
  );
}
