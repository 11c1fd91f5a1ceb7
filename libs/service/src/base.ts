import {
  connectDatabase,
  createSealer,
  type Database,
  type Partitioning,
  type Sealer,
  startPartitionLoop,
} from '@drippulse/db';
import { entitlementsTopic, usageTopic } from '@drippulse/entitlements';
import { type EventTransport, type HintPublisher, startDistantRelay, startHints, startRelay } from '@drippulse/events';
import type { Logger, Metrics } from '@drippulse/observability';
import { consumersOf, type ServiceName, schemaOf } from '@drippulse/topology';
import { idempotencyPartitions } from '@drippulse/writes';
import { auditTopic } from './audit/append-audit.ts';
import type { ServiceConfig } from './config.ts';
import { type Keep, openProcessBase, type ProcessBase, type Shared } from './process-base.ts';

/** The parts that every service with a schema has. */
export type ServiceBase<C extends ServiceConfig, DB> = ProcessBase<C> & {
  /** The service's schema, accessed with the role of the service. */
  db: Database<DB>;
  /**
   * The service's schema over separate connections, for methods that accept or return a stream and therefore run for
   * long.
   */
  transfers: Database<DB>;
  /**
   * Wakes the relay of the service's outbox, in whichever process it runs. Call it after a commit that wrote events.
   */
  relay: { wake(): void };
  /** Publishes hints about changes that raise no event. Call it after the commit. Events cause their own hints. */
  hints: Pick<HintPublisher, 'note'>;
  /** Encrypts columns with ENCRYPTION_KEYS. */
  sealer: Sealer;
};

/**
 * Number of connections for transfers. Four transfers share each connection, because a transfer needs a connection only
 * for its slices.
 */
const transferConnections = 4;

/**
 * Opens the parts that every service with a schema has. `partitions` are tables whose partitions are created in advance
 * and dropped later. Without `isRelaying`, other processes of the service relay the outbox.
 */
export function openBase<C extends ServiceConfig, DB>(
  name: ServiceName,
  config: C,
  shared: Shared,
  { keep, partitions, isRelaying }: { keep: Keep; partitions: readonly Partitioning[]; isRelaying: boolean },
): ServiceBase<C, DB> {
  const base = openProcessBase(name, config, shared);
  const { log, registry, events } = base;
  const own = { url: config.databaseUrl, schema: schemaOf(name), log };
  const db = connectDatabase<DB>({ ...own, service: name });
  keep({ stop: () => db.close() });
  const transfers = connectDatabase<DB>({ ...own, service: `${name}-transfers`, max: transferConnections });
  keep({ stop: () => transfers.close() });
  const published = publish(name, { db, events, log, registry, isRelaying }, keep);
  keep(startPartitionLoop({ db, tables: [idempotencyPartitions, ...partitions], log }));
  return { ...base, db, transfers, ...published, sealer: createSealer(config.encryptionKeys) };
}

/** Topics that always have few events. */
const rareTopics: ReadonlySet<string> = new Set([auditTopic.name, usageTopic.name, entitlementsTopic.name]);

type PublishParts<DB> = {
  db: Database<DB>;
  events: EventTransport;
  log: Logger;
  registry: Metrics;
  isRelaying: boolean;
};

/** Publishes events and hints. The relay adds hints until it has stopped, so it must stop before the hint publisher. */
function publish<DB>(name: ServiceName, { db, events, log, registry, isRelaying }: PublishParts<DB>, keep: Keep) {
  const hints = keep(startHints({ transport: events, log, metrics: registry }));
  if (!isRelaying) return { relay: keep(startDistantRelay({ db, schema: schemaOf(name), log })), hints };
  const relay = keep(
    startRelay({
      db,
      schema: schemaOf(name),
      service: name,
      transport: events,
      log,
      metrics: registry,
      groups: (topic) => (rareTopics.has(topic) ? [] : consumersOf(name)),
      note: hints.note,
    }),
  );
  return { relay, hints };
}
