import { callsOf } from './lookups.ts';
import { type ServerName, type ServiceName, serviceNames, services } from './services.ts';

/** Services with processes of their own, in the order of the table. All other services run within one of these. */
export const processNames: readonly ServiceName[] = serviceNames.filter((name) => services[name].within === undefined);

/** Returns the service in whose process a service runs: the service itself, unless the table says otherwise. */
export function processOf(name: ServiceName): ServiceName {
  return services[name].within ?? name;
}

/**
 * Returns the services of a process: its own service and the services that run within it, in the order of the table.
 */
export function servicesOf(process: ServiceName): ServiceName[] {
  return serviceNames.filter((name) => processOf(name) === process);
}

/** The facts about a process, which combine the facts about its services. */
export type ProcessEntry = {
  /** The schema that the database role of the process owns; undefined when the process has no state. */
  schema: string | undefined;
  /** Services in other processes that the process calls. */
  calls: ServiceName[];
  servers: ServerName[];
  leavesCluster: boolean;
  /**
   * Variables of the process's keys, which an installation generates: base64 of 32 bytes. If two processes have a
   * variable in common, its value is the same for both.
   */
  keys: string[];
  /** The variables that contain the process's generated secrets. */
  secrets: string[];
  optionalSecrets: string[];
  environment: string[];
  nodeFlags: string[];
};

export function processEntry(process: ServiceName): ProcessEntry {
  const names = servicesOf(process);
  const entries = names.map((name) => services[name]);
  const schemas = entries.flatMap(({ schema }) => schema ?? []);
  if (schemas.length > 1)
    throw new Error(`the process of ${process} would need a role for each of ${schemas.join(', ')}`);
  const [schema] = schemas;
  const keys = distinct([
    'CHAIN_KEYS',
    ...(schema === undefined ? [] : ['ENCRYPTION_KEYS']),
    ...entries.flatMap(({ secrets = [] }) => secrets),
  ]);
  return {
    schema,
    keys,
    secrets: [...(schema === undefined ? [] : ['DATABASE_URL']), 'INTERNAL_TOKEN_KEYS', ...keys],
    calls: distinct(names.flatMap(callsOf)).filter((name) => processOf(name) !== process),
    servers: distinct(entries.flatMap(({ servers }) => servers)),
    leavesCluster: entries.some(({ leavesCluster }) => leavesCluster),
    optionalSecrets: distinct(entries.flatMap(({ optionalSecrets = [] }) => optionalSecrets)),
    environment: distinct(entries.flatMap(({ environment = [] }) => environment)),
    nodeFlags: entries.flatMap(({ nodeFlags = [] }) => nodeFlags),
  };
}

function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
