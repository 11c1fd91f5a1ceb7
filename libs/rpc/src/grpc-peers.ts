import { followed, keepCallsOfClosingSessions, lookUpEveryMs } from '@drippulse/grpc-patches';
import { type RoleName, type ServiceName, serviceOfPeer } from '@drippulse/topology';
import * as grpc from '@grpc/grpc-js';
import { service as healthService } from 'grpc-health-check';
import { clientCredentials } from './grpc/credentials.ts';
import { type GrpcTransport, grpcTransport } from './grpc/transport.ts';
import { maxWireBytes, type Peers } from './peers.ts';
import type { GrpcTls } from './tls.ts';

const channelOptions: grpc.ClientOptions = {
  'grpc.max_receive_message_length': maxWireBytes,
  'grpc.max_send_message_length': maxWireBytes,
  // By default grpc-js waits 1 s before the first reconnect and up to minutes before later reconnects. A restart takes
  // less time.
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 1000,
  // A rolling upgrade changes the address of every replica within seconds. With the default of 30 s, a client would
  // keep calling addresses that no longer exist.
  'grpc.dns_min_time_between_resolutions_ms': 1000,
  // The platform publishes no service configuration in DNS, so no query for it is needed.
  'grpc.service_config_disable_resolution': 1,
  [lookUpEveryMs]: 10_000,
  // A vanished peer is detected within 9 s, which is before the default deadline of a call, 10 s.
  'grpc.keepalive_time_ms': 4000,
  'grpc.keepalive_timeout_ms': 5000,
  // Turns off channelz, which collects statistics for a debugger that is never attached.
  'grpc.enable_channelz': 0,
  // Spreads calls evenly over the replicas of a name.
  'grpc.service_config': JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }] }),
};
/** Gives a client its own connections. By default, clients of one address share their connections. */
const ownConnections: grpc.ChannelOptions = { 'grpc.use_local_subchannel_pool': 1 };
const healthTimeoutMs = 1000;

type Peer = ServiceName | RoleName;

/**
 * Makes peers in other processes, by `host:port` or a list such as `ipv4:10.0.0.1:8081,10.0.0.2:8081`, plain or with
 * mutual TLS. A name is looked up every 10 s. After a look-up, calls are also sent to processes that were added to the
 * name, and no longer to processes that were removed from it. Connections to all other processes stay open.
 *
 * A channel connects with its first call and reconnects by itself. A call that could not be sent waits for the
 * connection, up to 2 s after the peer was lost. If a peer is unavailable for longer, calls to it fail immediately.
 */
export function createGrpcPeers(
  addresses: Partial<Record<Peer, string>>,
  tls?: GrpcTls,
  options: grpc.ChannelOptions = {},
): Peers {
  keepCallsOfClosingSessions();
  const credentials = clientCredentials(tls);
  const clients = new Map<Peer, grpc.Client>();
  const largeClients: grpc.Client[] = [];
  const transports = new Map<Peer, GrpcTransport>();

  function clientOf(service: Peer): grpc.Client {
    const known = clients.get(service);
    if (known) return known;
    const client = openClient(service);
    clients.set(service, client);
    return client;
  }

  function addressOf(service: Peer): string {
    const address = addresses[service] ?? addresses[serviceOfPeer(service)];
    if (address === undefined) throw new Error(`no address is configured for ${service}`);
    return address;
  }

  function openClient(service: Peer, more: grpc.ChannelOptions = {}): grpc.Client {
    return new grpc.Client(followed(addressOf(service)), credentials, { ...channelOptions, ...options, ...more });
  }

  function openLargeClient(service: Peer): grpc.Client {
    const client = openClient(service, ownConnections);
    largeClients.push(client);
    return client;
  }

  function transportOf(service: Peer): GrpcTransport {
    const known = transports.get(service);
    if (known) return known;
    const transport = grpcTransport(addressOf(service), clientOf(service), () => openLargeClient(service));
    transports.set(service, transport);
    return transport;
  }

  return {
    tls,
    transport: (service) => ({
      unary: async (...call) => transportOf(service).unary(...call),
      stream: async (...call) => transportOf(service).stream(...call),
    }),
    register: () => undefined,
    unregister: () => undefined,
    isServing: async (service) => isServing(clientOf(service)),
    close() {
      for (const transport of transports.values()) transport.close();
      for (const client of [...clients.values(), ...largeClients.splice(0)]) client.close();
      clients.clear();
      transports.clear();
    },
  };
}

const checkMethod = healthService['Check'];

function isServing(client: grpc.Client): Promise<boolean> {
  return new Promise((resolve) => {
    if (!checkMethod) return resolve(false);
    client.makeUnaryRequest(
      checkMethod.path,
      checkMethod.requestSerialize,
      checkMethod.responseDeserialize,
      { service: '' },
      { deadline: Date.now() + healthTimeoutMs },
      (error, answer) => resolve(!error && isServingStatus(answer)),
    );
  });
}

function isServingStatus(answer: unknown): boolean {
  return typeof answer === 'object' && answer !== null && 'status' in answer && answer.status === 'SERVING';
}
