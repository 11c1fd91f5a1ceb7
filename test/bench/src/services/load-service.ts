import type { ServiceDefinition } from '@drippulse/service';
import { packageOf, type ServiceName } from '@drippulse/topology';

/** Loads the definition of a service, from its package. */
export async function loadService(name: ServiceName): Promise<ServiceDefinition> {
  const { service }: { service: ServiceDefinition } = await import(packageOf(name));
  return service;
}
