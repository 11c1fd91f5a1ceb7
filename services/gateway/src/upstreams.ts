import { publicServices } from '@drippulse/proto/public-services';
import type { Peers } from '@drippulse/rpc';
import { publicService, servedBy } from '@drippulse/topology';
import type { Upstream } from './transcoder/ports.ts';

/** How the transcoder reaches each public service: identity in this process, the others by their peers. */
export function publicUpstreams(reach: { own: Peers; peers: Peers }): Upstream[] {
  return publicServices.map((service) => {
    const audience = servedBy(service);
    return { service, audience, transport: (audience === publicService ? reach.own : reach.peers).transport(audience) };
  });
}
