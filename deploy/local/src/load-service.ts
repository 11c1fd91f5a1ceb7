import type { ServiceDefinition } from '@drippulse/service';
import { type ServiceName, services } from '@drippulse/topology';

/** The definition of a service of the table, from its folder. */
export async function loadService(name: ServiceName): Promise<ServiceDefinition> {
  const { within } = services[name];
  const path = within === undefined ? name : `${within}/${name}`;
  const { service }: { service?: ServiceDefinition } = await import(`@drippulse/${path}`);
  if (service?.name !== name) throw new Error(`@drippulse/${path} exports no service of this name`);
  return service;
}
