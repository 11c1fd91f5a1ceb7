import { freePort } from '@drippulse/servers';
import { type ServiceName, serviceOf } from '@drippulse/topology';

/**
 * Ports of the processes that other processes call. They are chosen before any process starts, because a replacement
 * keeps the port.
 */
export type Places = {
  runtimes: readonly number[];
  integrators: readonly number[];
  agents: readonly number[];
  crm: readonly number[];
  billing: readonly number[];
};

export async function choosePlaces(): Promise<Places> {
  const two = async () => [await freePort(), await freePort()];
  return {
    runtimes: await two(),
    integrators: await two(),
    agents: await two(),
    crm: await two(),
    billing: await two(),
  };
}

/** Returns the addresses at which services call each other. The calls go to both processes of a service in turn. */
export function addressesOf({ runtimes, integrators, agents, crm }: Places): Partial<Record<ServiceName, string>> {
  const both = (ports: readonly number[]) => `ipv4:${ports.map((port) => `127.0.0.1:${port}`).join(',')}`;
  return {
    [serviceOf('enrollments')]: both(runtimes),
    [serviceOf('integrations')]: both(integrators),
    [serviceOf('agents')]: both(agents),
    [serviceOf('crm')]: both(crm),
  };
}
