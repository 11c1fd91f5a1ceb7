import type { DescService } from '@bufbuild/protobuf';
import { callsOf } from './lookups.ts';
import { processEntry, processNames } from './processes.ts';
import { type RoleName, type ServiceName, serviceNames, services } from './services.ts';

/** A further kind of process of a service, which serves some of the service's RPC services. */
export type RoleProcess = {
  name: RoleName;
  service: ServiceName;
  /** ROLE of the process. */
  role: string;
  /** ROLE of the service's other processes in the same layout. */
  besides: string;
  serves: readonly DescService[];
};

/** The processes of roles, in the order of the table. */
export const roleProcesses: readonly RoleProcess[] = serviceNames.flatMap((service) =>
  Object.entries(services[service].roles ?? {}).map(([name, entry]) => ({
    name: name as RoleName, // Object.entries() loses the type of the keys
    service,
    ...entry,
  })),
);

/**
 * Returns the role that serves an RPC service in layouts with a process for that role. If undefined, or in other
 * layouts, the service itself serves it.
 */
export function roleServing({ typeName }: DescService): RoleName | undefined {
  return roleProcesses.find(({ serves }) => serves.some((each) => each.typeName === typeName))?.name;
}

/** Returns the service of a peer: the peer itself, or the service to which a role belongs. */
export function serviceOfPeer(peer: ServiceName | RoleName): ServiceName {
  const role = roleProcesses.find(({ name }) => name === peer);
  return role === undefined ? (peer as ServiceName) : role.service; // every other name is a service's
}

/** A kind of process of a layout that divides services into roles. */
export type LayoutProcess = {
  name: ServiceName | RoleName;
  service: ServiceName;
  /** ROLE of the process; undefined for a service without roles. */
  role: string | undefined;
  /** The processes that the process calls over gRPC. */
  calls: (ServiceName | RoleName)[];
};

/**
 * Every kind of process of a layout with roles: the processes of services, and after each the processes of its roles.
 */
export const layoutProcesses: readonly LayoutProcess[] = processNames.flatMap((service): LayoutProcess[] => {
  const { calls } = processEntry(service);
  const roles = roleProcesses.filter((role) => role.service === service);
  const own = { service, calls: calls.flatMap((called) => [called, ...rolesFor(service, called)]) };
  return [
    { ...own, name: service, role: roles[0]?.besides },
    ...roles.map(({ name, role }) => ({ ...own, name, role })),
  ];
});

/**
 * Returns the roles of the called service that a process calls directly: all roles if the process serves the called
 * service's public methods, else none.
 */
function rolesFor(caller: ServiceName, called: ServiceName): RoleName[] {
  const isPublic = services[caller].isPublic === true && callsOf(caller).includes(called);
  return isPublic ? roleProcesses.filter(({ service }) => service === called).map(({ name }) => name) : [];
}
