import type { Transport } from '@connectrpc/connect';
import { publicServices } from '@drippulse/proto/public-services';
import { publicService, type RoleName, roleServing, type ServiceName, servedBy } from '@drippulse/topology';
import type { Upstream } from './transcoder/ports.ts';

/** The services, other than this one, that have public methods. */
export const owners: readonly ServiceName[] = [...new Set(publicServices.map(servedBy))].filter(
  (owner) => owner !== publicService,
);

/** Transport for the methods that the gateway serves itself, which therefore need no call to a service. */
const noCalls: Transport = { unary: refuseCall, stream: refuseCall };

function refuseCall(): never {
  throw new Error('the gateway answers its own methods without a call');
}

/** Returns every service of the public API with the transport for its calls. */
export function publicUpstreams(transportOf: (peer: ServiceName | RoleName) => Transport): Upstream[] {
  return publicServices.map((service) => {
    const audience = servedBy(service);
    const peer = roleServing(service) ?? audience;
    return { service, audience, transport: audience === publicService ? noCalls : transportOf(peer) };
  });
}
