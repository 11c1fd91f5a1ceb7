import { type Database, databaseInterceptor, migrate, type Partitioning, type SealedColumn } from '@drippulse/db';
import type { Metrics, Part, Parts } from '@drippulse/observability';
import { guardLiveRows, type Routes, type RowModes, serveRpc, serverInterceptors } from '@drippulse/rpc';
import { type ServiceName, schemaOf } from '@drippulse/topology';
import { compareRevisions, type RowRevisions } from '@drippulse/writes';
import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { type AuditedRows, auditWrites } from './audit/audit-writes.ts';
import { openBase, type ServiceBase } from './base.ts';
import type { ProcessConfig, ServiceConfig } from './config.ts';
import { boundLists, listPlaces } from './lists.ts';
import { organizationRowsRoutes } from './organization-rows/routes.ts';
import { commonTables, type OrganizationTable, type OrganizationTables } from './organization-rows/tables.ts';
import { type Keep, keepParts, openProcessBase, type ProcessBase, type Shared } from './process-base.ts';
import { limitTransfers, transferPlaces } from './transfers.ts';

/** A running service. */
export type Service = {
  /** Port of gRPC; undefined when gRPC is not served. */
  port: number | undefined;
  /** Port of the public API; undefined when the public API is not served. */
  publicPort?: number;
  metrics: Metrics;
  /** The parts that the service needs. */
  parts: Parts;
  /**
   * Prepares for `stop`: the service continues to serve, but ends each kept connection with the next response on it.
   */
  leave?(): void;
  stop(): Promise<void>;
};

/** A service as the layouts start it: alone in a process, together with other services, or in a test. */
export type ServiceDefinition<C extends ProcessConfig = ProcessConfig, O extends object = object> = {
  name: ServiceName;
  readConfig(env: NodeJS.ProcessEnv): C;
  /**
   * Brings the service's schema up to date, as the role of the service. Returns the names of the applied migrations.
   * Not defined for a service without a schema.
   */
  migrate?(url: string): Promise<string[]>;
  /** The service's columns that ENCRYPTION_KEYS seal, for `npm run keys:rotate`. Default: none. */
  sealed?: readonly SealedColumn[];
  /** The treatment of the service's rows when an organization is deleted, by table. Undefined without a schema. */
  organizationTables?: Readonly<Record<string, OrganizationTable>>;
  /**
   * Whether `/ready` stays 200 once every part has been available. If so, an unavailable part fails only the requests
   * that need it.
   */
  staysReady?: boolean;
  start(config: C, shared: Shared & O): Promise<Service>;
};

/** A service with a schema. */
export type StatefulDefinition<C extends ServiceConfig, O extends object> = ServiceDefinition<C, O> & {
  migrate(url: string): Promise<string[]>;
  organizationTables: Readonly<Record<string, OrganizationTable>>;
};

/**
 * Defines a service by its own parts. `open` builds its context, starts its loops and consumers, and returns its
 * routes; each part that it gives to `keep` is stopped in reverse order of opening. All other parts are common to all
 * services: the database, the relay of its outbox, tokens, the partitions of its idempotency keys, gRPC, readiness and
 * the stop. `O` are the members of `Shared` that only the service's tests set.
 */
export function defineService<C extends ServiceConfig, DB, O extends object = object>(own: {
  name: ServiceName;
  readConfig(env: NodeJS.ProcessEnv): C;
  /** Migrations of the service's schema, by name. */
  migrations: Record<string, Migration>;
  /** The service's tables whose partitions are created in advance and dropped later. */
  partitions?: (config: C) => readonly Partitioning[];
  /** The service's columns that ENCRYPTION_KEYS seal. Default: none. */
  sealed?: readonly SealedColumn[];
  /** The treatment of each of the service's tables in an export and when an organization is deleted. */
  organizationTables: OrganizationTables<DB>;
  /**
   * Ends the organization's resources outside of the platform, before its rows are erased. It may be called repeatedly.
   * Default: nothing.
   */
  endOrganization?(base: ServiceBase<C, DB>): (organizationId: bigint) => Promise<void>;
  /**
   * Whether this process relays the outbox of the service. Any of the service's processes can relay it. Default: true.
   */
  relays?: (config: C) => boolean;
  /** Finders of a row's mode, by the kind of row. For test keys, a method with TEST_MODE_OWN changes only test rows. */
  rowModes?(base: ServiceBase<C, DB>): RowModes;
  /** Locks for `If-Match`, by the kind of row that the service's methods PATCH or DELETE. */
  rowRevisions?: RowRevisions<DB>;
  /** Readers of rows for the audit trail, by the kind of row that methods with the rest option `audit` change. */
  auditedRows?(base: ServiceBase<C, DB>): AuditedRows<DB>;
  open(base: ServiceBase<C, DB>, keep: Keep, shared: Shared & O): Routes | Promise<Routes>;
}): StatefulDefinition<C, O> {
  const { name, readConfig, migrations, partitions = () => [], sealed = [], relays = () => true } = own;
  const { rowModes = () => ({}), rowRevisions = {}, auditedRows = () => ({}), open } = own;
  const { organizationTables, endOrganization } = own;

  const start = (config: C, shared: Shared & O) =>
    startKept(async (keep) => {
      const base = openBase<C, DB>(name, config, shared, {
        keep,
        partitions: partitions(config),
        isRelaying: relays(config),
      });
      const ownRoutes = await open(base, keep, shared);
      const rowsRoutes = organizationRowsRoutes(base, organizationTables, endOrganization?.(base));
      const routes: Routes = (router) => {
        ownRoutes(router);
        rowsRoutes(router);
      };
      const database = databaseOf(base.db);
      const rows = { rowModes: rowModes(base), rowRevisions, auditedRows: auditedRows(base) };
      const port = await serve(name, { routes, ...rows }, { ...base, database }, keep);
      return { port, metrics: base.registry, parts: { database } };
    });
  const migrateOwn = (url: string) => migrate({ url, schema: schemaOf(name), migrations });
  return {
    name,
    readConfig,
    migrate: migrateOwn,
    sealed,
    organizationTables: { ...commonTables, ...organizationTables },
    start,
  };
}

/**
 * Defines a service without a schema, which other services do not call. `open` starts the service, and returns its
 * parts and its ports; each part that it gives to `keep` is stopped in reverse order of opening.
 */
export function defineStatelessService<C extends ProcessConfig, O extends object = object>(own: {
  name: ServiceName;
  readConfig(env: NodeJS.ProcessEnv): C;
  staysReady?: boolean;
  open(base: ProcessBase<C>, keep: Keep, shared: Shared & O): Promise<Pick<Service, 'publicPort' | 'parts' | 'leave'>>;
}): ServiceDefinition<C, O> {
  const { open, ...definition } = own;
  return {
    ...definition,
    start: (config, shared) =>
      startKept(async (keep) => {
        const base = openProcessBase(own.name, config, shared);
        return { port: undefined, metrics: base.registry, ...(await open(base, keep, shared)) };
      }),
  };
}

/** Starts a service. The parts given to `keep` are stopped with the service, or immediately when the start fails. */
async function startKept(start: (keep: Keep) => Promise<Omit<Service, 'stop'>>): Promise<Service> {
  const { keep, stop } = keepParts();
  try {
    return { ...(await start(keep)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The declarations of a service about its own methods and rows. */
type OwnParts<DB> = {
  routes: Routes;
  rowModes: RowModes;
  rowRevisions: RowRevisions<DB>;
  auditedRows: AuditedRows<DB>;
};

/** Makes the routes reachable in this process and, if the configuration has a port, over gRPC. Returns the port. */
async function serve<C extends ServiceConfig, DB>(
  name: ServiceName,
  { routes, rowModes, rowRevisions, auditedRows }: OwnParts<DB>,
  { config, peers, tokens, log, registry, relay, database }: ServiceBase<C, DB> & { database: Part },
  keep: Keep,
): Promise<number | undefined> {
  const interceptors = [
    ...serverInterceptors({ tokens, log, metrics: registry }),
    limitTransfers(transferPlaces()),
    boundLists(listPlaces()),
    databaseInterceptor,
    guardLiveRows(rowModes),
    compareRevisions(rowRevisions),
    auditWrites(auditedRows, { revisions: rowRevisions, wake: relay.wake }),
  ];
  peers.register(name, routes, interceptors, database);
  keep({ stop: async () => peers.unregister(name) });
  const { grpcHost, grpcPort } = config;
  if (grpcPort === undefined) return undefined;
  return keep(await serveRpc({ routes, interceptors, host: grpcHost, port: grpcPort, log, tls: peers.tls })).port;
}

function databaseOf<DB>(db: Database<DB>): Part {
  return async () => {
    await sql`select 1`.execute(db.kysely);
    return true;
  };
}
