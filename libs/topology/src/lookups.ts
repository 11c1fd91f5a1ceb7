import type { DescMessage, DescService } from '@bufbuild/protobuf';
import {
  type MeterName,
  type RoleName,
  type SchemaName,
  type ServerName,
  type ServiceName,
  serviceNames,
  services,
} from './services.ts';

/** Services with a schema, in the order of the table. */
export const owners: readonly { name: ServiceName; schema: string }[] = serviceNames.flatMap((name) => {
  const { schema } = services[name];
  return schema === undefined ? [] : [{ name, schema }];
});

/** Services by area. A service without a schema has an area of the same name as the service. */
const byArea = new Map<string, ServiceName>(
  serviceNames.flatMap((name) => {
    const { schema, areas = [] } = services[name];
    return [schema ?? name, ...areas].map((area): [string, ServiceName] => [area, name]);
  }),
);

/** Returns the service that owns a schema. The same service serves the protos of the area of that name. */
export function serviceOf(schema: SchemaName): ServiceName {
  return ownerOf(schema, schema);
}

/** Returns the schema of a service. Throws when the service has no schema. */
export function schemaOf(name: ServiceName): string {
  const { schema } = services[name];
  if (schema === undefined) throw new Error(`the table in libs/topology gives ${name} no schema`);
  return schema;
}

/**
 * Returns the service that serves an RPC service, by the RPC service's package `drippulse.<area>.v1`. The area is a
 * service's schema, its name if it has no schema, or one of its further areas. Throws when no entry has that area.
 */
export function servedBy({ typeName }: DescService): ServiceName {
  return ownerOf(typeName.split('.')[1] ?? '', typeName);
}

/**
 * Returns the npm package of a service. The package is named after the service's area, which never changes, or after
 * the service if it has no schema.
 */
export function packageOf(name: ServiceName): string {
  const { schema, within } = services[name];
  return within === undefined ? `@drippulse/${schema ?? name}` : `${packageOf(within)}/${name}`;
}

function ownerOf(area: string, wanted: string): ServiceName {
  const name = byArea.get(area);
  if (name === undefined) throw new Error(`no service of the table in libs/topology owns ${wanted}`);
  return name;
}

/** Returns the services that a service calls. */
export function callsOf(name: ServiceName): readonly ServiceName[] {
  const { calls } = services[name];
  return calls === 'all' ? owners.map((owner) => owner.name).filter((other) => other !== name) : calls;
}

/** Services that publish events, with the event message of each service, in the order of the table. */
export const publishers: readonly { name: ServiceName; events: DescMessage }[] = serviceNames.flatMap((name) => {
  const { events } = services[name];
  return events === undefined ? [] : [{ name, events }];
});

/** Services that consume events. */
export const consumers: readonly ServiceName[] = serviceNames.filter((name) => services[name].consumes !== undefined);

/**
 * Returns the services that consume a service's events. Each of them is a consumer group, which is named like the
 * consuming service.
 */
export function consumersOf(publisher: ServiceName): readonly ServiceName[] {
  return serviceNames.filter((name) => {
    const { consumes } = services[name];
    return consumes === 'all' || consumes?.includes(publisher);
  });
}

/** The service that stores the audit trail. */
export const auditor: ServiceName = theOne('keepsAudit', 'keeps the audit trail');

/** Services that count meters of organizations, with the meters of each, in the order of the table. */
export const counters: readonly { name: ServiceName; meters: readonly MeterName[] }[] = serviceNames.flatMap((name) => {
  const { counts } = services[name];
  return counts === undefined ? [] : [{ name, meters: counts }];
});

/** The service that sets the limits of organizations. If it is undefined, nothing is limited. */
export const limiter: ServiceName | undefined = serviceNames.find((name) => services[name].setsLimits);

/** Returns the services that connect to a server. */
export function servicesOn(server: ServerName): ServiceName[] {
  return serviceNames.filter((name) => services[name].servers.includes(server));
}

/** The service of the public HTTP API. */
export const publicService: ServiceName = theOne('isPublic', 'is public');

function theOne(mark: 'isPublic' | 'keepsAudit', meaning: string): ServiceName {
  const [name, ...others] = serviceNames.filter((each) => services[each][mark]);
  if (name === undefined || others.length > 0) throw new Error(`one service of the table in libs/topology ${meaning}`);
  return name;
}

/**
 * Returns the variable with the address of a service, or of a role: `host:port`, or a list such as
 * `ipv4:10.0.0.1:8081,10.0.0.2:8081`.
 */
export function addressVariable(name: ServiceName | RoleName): string {
  return `${name.toUpperCase().replaceAll('-', '_')}_ADDRESS`;
}
