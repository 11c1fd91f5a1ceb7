import type { DescService } from '@bufbuild/protobuf';
import type { Client, HandlerContext } from '@connectrpc/connect';
import { entitlementsTopic, usageTopic } from '@drippulse/entitlements';
import { type EventKeys, type EventTransport, hintsTopic, signEvents, topicOf } from '@drippulse/events';
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
  counters,
  limiter,
  owners,
  processOf,
  publishers,
  type ServiceName,
  servedBy,
} from '@drippulse/topology';
import { auditTopic } from './audit/append-audit.ts';
import type { ProcessConfig } from './config.ts';

/** The parts that the services of one process share, and that tests replace. */
export type Shared = { peers: Peers; events: EventTransport; log: Logger; clock?: Clock };

/** A part of a service that runs until it is stopped. */
export type Stoppable = {
  /** Begins the stop, for a part whose stop takes long and whose work no other part needs. Default: nothing. */
  beginStop?(): void;
  stop(): Promise<unknown>;
};

/** Stops `part` with the service, in reverse order of opening, even when the start fails halfway. Returns `part`. */
export type Keep = <T extends Stoppable>(part: T) => T;

/** Makes clients of one RPC service for a caller and, with `from`, within the call that is being served. */
export type ClientOf<S extends DescService> = (caller: Caller, from?: HandlerContext) => Client<S>;

/** The parts of every service, including those without a schema. */
export type ProcessBase<C extends ProcessConfig> = {
  config: C;
  /** Mints and checks the tokens that carry a caller from service to service. */
  tokens: Tokens;
  /** Signs the header by which outgoing requests keep their chain. */
  chains: ChainHeaders;
  clock: Clock;
  log: Logger;
  /** The service's instruments. */
  registry: Metrics;
  /** Signs the events of this service, and refuses consumed events that were not signed by their publisher. */
  events: EventTransport;
  peers: Peers;
  /**
   * Makes clients of an RPC service of a peer. Throws when the table of services does not list the call. `target` is
   * needed only for an RPC service that is served by several peers.
   */
  client<S extends DescService>(service: S, target?: ServiceName): ClientOf<S>;
};

export function openProcessBase<C extends ProcessConfig>(
  name: ServiceName,
  config: C,
  { peers, events, log, clock = systemClock }: Shared,
): ProcessBase<C> {
  const keys = parseInternalTokenKeys(config.internalTokenKeys);
  const tokens = createTokens({ service: name, keys });

  function client<S extends DescService>(service: S, target = servedBy(service)): ClientOf<S> {
    if (target !== name && !callsOf(name).includes(target)) {
      throw new Error(`the table in libs/topology does not say that ${name} calls ${target}`);
    }
    return clientFor(service, { peers, target, tokens });
  }
  return {
    config,
    tokens,
    chains: createChainHeaders(config.chainKeys),
    clock,
    log: log.child({ service: name }),
    registry: createMetrics(name),
    events: signedEvents(name, events, keys),
    peers,
    client,
  };
}

/** Wraps the transport of a service: signs its events, and refuses events that were not signed by their publisher. */
function signedEvents(name: ServiceName, events: EventTransport, keys: EventKeys): EventTransport {
  return signEvents(events, { service: name, keys, publishersOf: (topic) => signers.get(topic) ?? [] });
}

/**
 * The services whose keys sign the messages of a topic: its publishers, or the services in whose processes its
 * publishers run.
 */
const signers = new Map<string, readonly ServiceName[]>([
  ...publishers.map(({ name, events }): [string, ServiceName[]] => [topicOf(events).name, [name, processOf(name)]]),
  [hintsTopic, publishers.flatMap(({ name }) => [name, processOf(name)])],
  // Every service with a schema publishes changes of configuration.
  [auditTopic.name, owners.flatMap(({ name }) => [name, processOf(name)])],
  [usageTopic.name, counters.flatMap(({ name }) => [name, processOf(name)])],
  [entitlementsTopic.name, limiter === undefined ? [] : [limiter, processOf(limiter)]],
]);

/** The opened parts of a service. */
type KeptParts = {
  keep: Keep;
  /** Calls `beginStop` of all parts, and then stops them in reverse order of opening. */
  stop(): Promise<void>;
};

export function keepParts(): KeptParts {
  const opened = new AsyncDisposableStack();
  const parts: Stoppable[] = [];
  return {
    keep(part) {
      parts.push(part);
      opened.defer(async () => {
        await part.stop();
      });
      return part;
    },
    async stop() {
      for (const part of parts) part.beginStop?.();
      await opened.disposeAsync();
    },
  };
}
