import { Code, ConnectError, createRouterTransport, type Transport } from '@connectrpc/connect';
import type { ServiceName } from './caller.ts';
import { maxMessageBytes, type Peers } from './peers.ts';

const limits = { readMaxBytes: maxMessageBytes, writeMaxBytes: maxMessageBytes };

/**
 * Peers in one process. Each call finds its service when it is made, so that services may refer to each other in a
 * circle. Messages are still encoded, and tokens still checked: what works here works over gRPC.
 */
export function createInMemoryPeers(): Peers {
  const registered = new Map<ServiceName, Transport>();

  function find(service: ServiceName): Transport {
    const transport = registered.get(service);
    if (!transport) throw new ConnectError(`${service} is not there`, Code.Unavailable);
    return transport;
  }

  return {
    transport: (service) => ({
      unary: async (...call) => find(service).unary(...call),
      stream: async (...call) => find(service).stream(...call),
    }),
    register(service, routes, interceptors) {
      registered.set(
        service,
        createRouterTransport(routes, { router: { ...limits, interceptors }, transport: limits }),
      );
    },
    unregister(service) {
      registered.delete(service);
    },
    isServing: async (service) => registered.has(service),
    close() {
      registered.clear();
    },
  };
}
