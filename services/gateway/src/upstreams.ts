import type { Transport } from '@connectrpc/connect';
import { publicServices } from '@drippulse/proto/public-services';
import { type ServiceName, servedBy } from '@drippulse/topology';
import type { Upstream } from './transcoder/ports.ts';

/** The services that have public methods. */
export const owners: readonly ServiceName[] = [...new Set(publicServices.map(servedBy))];

/** Every service of the public API with the transport that the transcoder calls it by. */
export function publicUpstreams(transportOf: (owner: ServiceName) => Transport): Upstream[] {
  return publicServices.map((service) => {
    const audience = servedBy(service);
    return { service, audience, transport: transportOf(audience) };
  });
}
