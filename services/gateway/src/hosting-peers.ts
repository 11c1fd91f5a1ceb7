import { createInMemoryPeers, type Peers, type ServiceName } from '@drippulse/rpc';

/** Peers for a process that hosts one more service: that one is called in memory, all others as before. */
export function hostingPeers(peers: Peers, hosted: ServiceName): Peers {
  const own = createInMemoryPeers();
  return {
    ...peers,
    transport: (service) => (service === hosted ? own : peers).transport(service),
    isServing: (service) => (service === hosted ? own : peers).isServing(service),
    register(service, routes, interceptors) {
      own.register(service, routes, interceptors);
      // Services of the same process may reach it by the peers that all of them share.
      peers.register(service, routes, interceptors);
    },
    unregister(service) {
      own.unregister(service);
      peers.unregister(service);
    },
  };
}
