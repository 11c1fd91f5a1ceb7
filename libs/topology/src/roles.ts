import type { DescService } from '@bufbuild/protobuf';
import { callsOf } from './lookups.ts';
import { processEntry, processNames } from './processes.ts';
import { type RoleName, type ServiceName, serviceNames, services } from './services.ts';

/** A further kind of process of a service, which takes over some of its RPC services. */
export type RoleProcess = {
  name: RoleName;
  service: ServiceName;
  /** Its ROLE. */
  role: string;
  /** ROLE of the service's other processes beside it. */
  besides: string;
  serves: readonly DescService[];
};

/** The processes of roles, in the order of the table. */
export const roleProcesses: readonly RoleProcess[] = serviceNames.flatMap((service) =>
  Object.entries(services[service].roles ?? {}).map(([name, entry]) => ({
    name: name as RoleName, // entries() forgets which keys there are
    service,
    ...entry,
  })),
);

/** The process of a role that serves an RPC service, if a layout has one; undefined: the service itself does. */
export function roleServing({ typeName }: DescService): RoleName | undefined {
  return roleProcesses.find(({ serves }) => serves.some((each) => each.typeName === typeName))?.name;
}

/** The service of a peer: itself, or the service whose role it is. */
export function serviceOfPeer(peer: ServiceName | RoleName): ServiceName {
  const role = roleProcesses.find(({ name }) => name === peer);
  return role === undefined ? (peer as ServiceName) : role.service; // every other name is that of a service
}

/** A kind of process of a layout that divides services into roles. */
export type LayoutProcess = {
  name: ServiceName | RoleName;
  service: ServiceName;
  /** Its ROLE; undefined for a service without roles. */
  role: string | undefined;
  /** The processes that it calls over gRPC. */
  calls: (ServiceName | RoleName)[];
};

/** Every kind of process of such a layout: those of services, and after each those of its roles. */
export const layoutProcesses: readonly LayoutProcess[] = processNames.flatMap((service): LayoutProcess[] => {
  const { calls } = processEntry(service);
  const roles = roleProcesses.filter((role) => role.service === service);
  const own = { service, calls: calls.flatMap((called) => [called, ...rolesFor(service, called)]) };
  return [
    { ...own, name: service, role: roles[0]?.besides },
    ...roles.map(({ name, role }) => ({ ...own, name, role })),
  ];
});

/** The roles that a process calls: those of a service whose public methods it serves. */
function rolesFor(caller: ServiceName, called: ServiceName): RoleName[] {
  const isPublic = services[caller].isPublic === true && callsOf(caller).includes(called);
  return isPublic ? roleProcesses.filter(({ service }) => service === called).map(({ name }) => name) : [];
}
