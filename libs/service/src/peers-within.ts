import { createInMemoryPeers, type Peers } from '@drippulse/rpc';
import type { ServiceName } from '@drippulse/topology';

/**
 * Makes the peers of a process within which `inner` runs too. Calls to `inner` stay in memory; other calls go to
 * `peers`.
 */
export function peersWithin(peers: Peers, inner: ServiceName): Peers {
  const own = createInMemoryPeers();
  return {
    ...peers,
    transport: (service) => (service === inner ? own : peers).transport(service),
    isServing: (service) => (service === inner ? own : peers).isServing(service),
    register(...service) {
      own.register(...service);
      // Other services of the same process reach this service through the peers that they share.
      peers.register(...service);
    },
    unregister(service) {
      own.unregister(service);
      peers.unregister(service);
    },
  };
}
