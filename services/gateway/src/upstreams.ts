import type { Transport } from '@connectrpc/connect';
import { publicServices } from '@drippulse/proto/public-services';
import { type ServiceName, servedBy } from '@drippulse/topology';
import type { Upstream } from './transcoder/ports.ts';

/** The services with public methods. */
export const owners: readonly ServiceName[] = [...new Set(publicServices.map(servedBy))];

/** Every public service with the transport that the transcoder calls it by. */
export function publicUpstreams(transportOf: (owner: ServiceName) => Transport): Upstream[] {
  return owners.flatMap((audience) => {
    const transport = transportOf(audience);
    return publicServices
      .filter((service) => servedBy(service) === audience)
      .map((service) => ({ service, audience, transport }));
  });
}
