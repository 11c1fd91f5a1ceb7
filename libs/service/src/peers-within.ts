import { createInMemoryPeers, type Peers } from '@drippulse/rpc';
import type { ServiceName } from '@drippulse/topology';

/** Peers of a process within which a further service runs: that one is called in memory, all others as before. */
export function peersWithin(peers: Peers, inner: ServiceName): Peers {
  const own = createInMemoryPeers();
  return {
    ...peers,
    transport: (service) => (service === inner ? own : peers).transport(service),
    isServing: (service) => (service === inner ? own : peers).isServing(service),
    register(...service) {
      own.register(...service);
      // Services of the same process may reach it by the peers that all of them share.
      peers.register(...service);
    },
    unregister(service) {
      own.unregister(service);
      peers.unregister(service);
    },
  };
}
