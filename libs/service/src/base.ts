import type { DescService } from '@bufbuild/protobuf';
import type { Client, HandlerContext } from '@connectrpc/connect';
import {
  connectDatabase,
  createSealer,
  type Database,
  type Partitioning,
  type Sealer,
  startPartitionLoop,
} from '@drippulse/db';
import { entitlementsTopic, usageTopic } from '@drippulse/entitlements';
import {
  type EventKeys,
  type EventTransport,
  type HintPublisher,
  hintsTopic,
  signEvents,
  startDistantRelay,
  startHints,
  startRelay,
  topicOf,
} from '@drippulse/events';
import { type Clock, systemClock } from '@drippulse/loops';
import { createMetrics, type Logger, type Metrics } from '@drippulse/observability';
import {
  type Caller,
  type ChainHeaders,
  clientFor,
  createChainHeaders,
  createTokens,
  type Peers,
  parseInternalTokenKeys,
  type Tokens,
} from '@drippulse/rpc';
import {
  callsOf,
  consumersOf,
  counters,
  limiter,
  owners,
  processOf,
  publishers,
  type ServiceName,
  schemaOf,
  servedBy,
} from '@drippulse/topology';
import { idempotencyPartitions } from '@drippulse/writes';
import { auditTopic } from './audit/append-audit.ts';
import type { ServiceConfig } from './config.ts';

/** The parts that the services of one process share, and that tests replace. */
export type Shared = { peers: Peers; events: EventTransport; log: Logger; clock?: Clock };

/** Anything that runs until it is stopped. */
export type Stoppable = { stop(): Promise<unknown> };

/** Stops `part` with the service, in reverse order of opening, also when the start fails half way. Returns it. */
export type Keep = <T extends Stoppable>(part: T) => T;

/** Clients of one RPC service: for a caller, and with `from` within the call that is being served. */
export type ClientOf<S extends DescService> = (caller: Caller, from?: HandlerContext) => Client<S>;

/** The parts that every service has. */
export type ServiceBase<C extends ServiceConfig, DB> = {
  config: C;
  /** Its schema, by its own role. */
  db: Database<DB>;
  /** The same, over connections of their own for methods that take or answer a stream: they work for long. */
  transfers: Database<DB>;
  /** Wakes the relay of its outbox, in whichever process it is; call it after a commit that wrote events. */
  relay: { wake(): void };
  /** Publishes hints about changes that raise no event; call it after the commit. Those of events follow by themselves. */
  hints: Pick<HintPublisher, 'note'>;
  /** Mints and checks the tokens that carry a caller from service to service. */
  tokens: Tokens;
  /** Signs the header by which what leaves the platform keeps its chain. */
  chains: ChainHeaders;
  /** Encrypts columns by ENCRYPTION_KEYS. */
  sealer: Sealer;
  clock: Clock;
  log: Logger;
  /** Its instruments. */
  registry: Metrics;
  /** Signs the events of this service, and refuses consumed events that their publisher has not signed. */
  events: EventTransport;
  peers: Peers;
  /**
   * Clients of an RPC service of a peer. Throws when the table of services does not say that this one calls it. `target` is only for
   * an RPC service that several peers serve.
   */
  client<S extends DescService>(service: S, target?: ServiceName): ClientOf<S>;
};

/** Each serves four transfers, which need one between their slices only. */
const transferConnections = 4;

/**
 * Opens the parts that every service has; `partitions` are tables whose partitions are made ahead and dropped. Without
 * `isRelaying` other processes of the service send what this one writes into the outbox.
 */
export function openBase<C extends ServiceConfig, DB>(
  name: ServiceName,
  config: C,
  shared: Shared,
  { keep, partitions, isRelaying }: { keep: Keep; partitions: readonly Partitioning[]; isRelaying: boolean },
): ServiceBase<C, DB> {
  const { peers, clock = systemClock } = shared;
  const schema = schemaOf(name);
  const log = shared.log.child({ service: name });
  const registry = createMetrics(name);
  const keys = parseInternalTokenKeys(config.internalTokenKeys);
  const tokens = createTokens({ service: name, keys });
  const chains = createChainHeaders(config.chainKeys);
  const events = signedEvents(name, shared.events, keys);
  const sealer = createSealer(config.encryptionKeys);
  const own = { url: config.databaseUrl, schema, log };
  const db = connectDatabase<DB>({ ...own, service: name });
  keep({ stop: () => db.close() });
  const transfers = connectDatabase<DB>({ ...own, service: `${name}-transfers`, max: transferConnections });
  keep({ stop: () => transfers.close() });
  const published = publish(name, { db, events, log, registry, isRelaying }, keep);
  keep(startPartitionLoop({ db, tables: [idempotencyPartitions, ...partitions], log }));

  function client<S extends DescService>(service: S, target = servedBy(service)): ClientOf<S> {
    if (target !== name && !callsOf(name).includes(target)) {
      throw new Error(`the table in libs/topology does not say that ${name} calls ${target}`);
    }
    return clientFor(service, { peers, target, tokens });
  }
  return { config, db, transfers, ...published, tokens, chains, sealer, clock, log, registry, events, peers, client };
}

/** The transport as a service uses it: its events are signed, and those that their publisher has not signed are refused. */
export function signedEvents(name: ServiceName, events: EventTransport, keys: EventKeys): EventTransport {
  return signEvents(events, { service: name, keys, publishersOf: (topic) => signers.get(topic) ?? [] });
}

/** The services whose keys sign messages of a topic: its publishers, or those in whose processes they run. */
const signers = new Map<string, readonly ServiceName[]>([
  ...publishers.map(({ name, events }): [string, ServiceName[]] => [topicOf(events).name, [name, processOf(name)]]),
  [hintsTopic, publishers.flatMap(({ name }) => [name, processOf(name)])],
  // Every service has configuration.
  [auditTopic.name, owners.flatMap(({ name }) => [name, processOf(name)])],
  [usageTopic.name, counters.flatMap(({ name }) => [name, processOf(name)])],
  [entitlementsTopic.name, limiter === undefined ? [] : [limiter, processOf(limiter)]],
]);

/** Topics that have few events, whatever happens. */
const rareTopics: ReadonlySet<string> = new Set([auditTopic.name, usageTopic.name, entitlementsTopic.name]);

type PublishParts<DB> = {
  db: Database<DB>;
  events: EventTransport;
  log: Logger;
  registry: Metrics;
  isRelaying: boolean;
};

/** The relay notes hints until it has stopped, so it stops first. */
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

/** Gives the parts that are opened to a stack, which stops them in reverse order. */
export function keepIn(opened: AsyncDisposableStack): Keep {
  return <T extends Stoppable>(part: T) => {
    opened.defer(async () => {
      await part.stop();
    });
    return part;
  };
}
