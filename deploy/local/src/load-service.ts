import type { ServiceDefinition } from '@drippulse/service';
import { packageOf, type ServiceName } from '@drippulse/topology';

/** Loads the definition of a service of the table, from its package. */
export async function loadService(name: ServiceName): Promise<ServiceDefinition> {
  const { service }: { service?: ServiceDefinition } = await import(packageOf(name));
  if (service?.name !== name) throw new Error(`${packageOf(name)} exports no service of the name ${name}`);
  return service;
}
