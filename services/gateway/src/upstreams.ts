import { type DescService, getOption } from '@bufbuild/protobuf';
import { service as serviceOption } from '@drippulse/proto/drippulse/rest/v1/rest_pb';
import { publicServices } from '@drippulse/proto/public-services';
import { type Peers, type ServiceName, serviceNames } from '@drippulse/rpc';
import type { Upstream } from './transcoder/ports.ts';

/**
 * How the transcoder reaches each public service: identity in this process, the others by their peers. The list and the
 * owners come from the protos.
 */
export function publicUpstreams(reach: { own: Peers; peers: Peers }): Upstream[] {
  return publicServices.map((service) => {
    const audience = ownerOf(service);
    return { service, audience, transport: (audience === 'gateway' ? reach.own : reach.peers).transport(audience) };
  });
}

function ownerOf(service: DescService): ServiceName {
  const { owner } = getOption(service, serviceOption);
  const name = serviceNames.find((candidate) => candidate === owner);
  if (name === undefined) throw new Error(`${service.typeName} is owned by "${owner}", which is no service`);
  return name;
}
