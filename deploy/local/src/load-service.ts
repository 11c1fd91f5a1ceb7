import type { ServiceDefinition } from '@drippulse/service';
import type { ServiceName } from '@drippulse/topology';

/** The definition of a service of the table, from its folder. */
export async function loadService(name: ServiceName): Promise<ServiceDefinition> {
  const { service }: { service?: ServiceDefinition } = await import(`@drippulse/${name}`);
  if (service?.name !== name) throw new Error(`services/${name}/src/service.ts exports no service of this name`);
  return service;
}
