import { createSealer } from '@drippulse/db';
import { readEnv, textFor } from '@drippulse/process';
import { createChainHeaders, parseInternalTokenKeys } from '@drippulse/rpc';
import {
  addressVariable,
  callsOf,
  layoutProcesses,
  processEntry,
  type RoleName,
  type ServiceName,
  servicesOf,
} from '@drippulse/topology';
import { z } from 'zod';

/** A TCP port. With 0, the system chooses a free port. */
export const portVariable = z.coerce.number().int().min(0).max(65_535);

/**
 * URL of Redis, where limits are counted for all processes together. Without it, each process counts its limits by
 * itself.
 */
export const redisUrlVariable = z.url({ protocol: /^rediss?$/ }).optional();

const ofProcess = z.object({
  INTERNAL_TOKEN_KEYS: textFor(parseInternalTokenKeys),
  CHAIN_KEYS: textFor(createChainHeaders),
  HOST: z.string().default('127.0.0.1'),
  OPS_HOST: z.string().default('127.0.0.1'),
  OPS_PORT: portVariable.default(0),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).default('info'),
});

const ofService = z.object({
  ...ofProcess.shape,
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  ENCRYPTION_KEYS: textFor(createSealer),
  GRPC_HOST: z.string().optional(),
  GRPC_PORT: portVariable.optional(),
});

/** The configuration of every service, including those without a schema. */
export type ProcessConfig = {
  internalTokenKeys: string;
  chainKeys: string;
  /** Address on which the service listens. */
  host: string;
  /** Separate address for operations, because callers of the API must not see metrics. */
  opsHost: string;
  /** Port for operations: metrics and readiness. */
  opsPort: number;
  logLevel: string;
};

/** The configuration that every service with a schema has. */
export type ServiceConfig = ProcessConfig & {
  databaseUrl: string;
  encryptionKeys: string;
  /** Address of gRPC. Default: the address of the public API. */
  grpcHost: string;
  /** Port of gRPC; undefined if the service is reached only in memory. */
  grpcPort: number | undefined;
};

/**
 * Makes the function that reads the environment of a service: the common variables, and `own`, which `toOwn` turns into
 * members of the configuration. The function throws one ConfigError that lists every malformed variable.
 */
export function configReader<S extends z.ZodRawShape, Own extends object>(
  own: S,
  toOwn: (read: z.output<z.ZodObject<S>>) => Own,
): (env: NodeJS.ProcessEnv) => ServiceConfig & Own {
  return readerOf(ofService, own, (read, ownRead) => ({
    ...processConfig(read),
    databaseUrl: read.DATABASE_URL,
    encryptionKeys: read.ENCRYPTION_KEYS,
    grpcHost: read.GRPC_HOST ?? read.HOST,
    grpcPort: read.GRPC_PORT,
    ...toOwn(ownRead),
  }));
}

/** Makes the function that reads the environment of a service without a schema, as `configReader` does. */
export function statelessConfigReader<S extends z.ZodRawShape, Own extends object>(
  own: S,
  toOwn: (read: z.output<z.ZodObject<S>>) => Own,
): (env: NodeJS.ProcessEnv) => ProcessConfig & Own {
  return readerOf(ofProcess, own, (read, ownRead) => ({ ...processConfig(read), ...toOwn(ownRead) }));
}

function readerOf<C extends z.ZodObject, S extends z.ZodRawShape, Config>(
  common: C,
  own: S,
  toConfig: (read: z.output<C>, ownRead: z.output<z.ZodObject<S>>) => Config,
): (env: NodeJS.ProcessEnv) => Config {
  const environment = z.object({ ...common.shape, ...own });
  return (env) => {
    const read = readEnv(environment, env);
    return toConfig(read as z.output<C>, read as z.output<z.ZodObject<S>>); // `read` has the variables of both schemas
  };
}

function processConfig(read: z.output<typeof ofProcess>): ProcessConfig {
  return {
    internalTokenKeys: read.INTERNAL_TOKEN_KEYS,
    chainKeys: read.CHAIN_KEYS,
    host: read.HOST,
    opsHost: read.OPS_HOST,
    opsPort: read.OPS_PORT,
    logLevel: read.LOG_LEVEL,
  };
}

const address = z
  .string()
  .regex(
    /^(ipv4:)?[^\s/,]+:\d+(,[^\s/,]+:\d+)*$/,
    'must be host:port, or a list such as ipv4:10.0.0.1:8081,10.0.0.2:8081',
  );

/**
 * Reads the addresses of the services and roles that a process calls. A service within the process needs no address; if
 * it has one, other processes serve the calls to it. A role needs no address either; without one, the processes of its
 * service serve the calls. Throws one ConfigError that lists every missing address.
 */
export function readPeerAddresses(
  process: ServiceName,
  env: NodeJS.ProcessEnv,
): Partial<Record<ServiceName | RoleName, string>> {
  const inner = servicesOf(process);
  const outer = processEntry(process).calls;
  const withRoles = layoutProcesses.find(({ name }) => name === process)?.calls ?? [];
  const peers = [...new Set([...outer, ...callsOf(process), ...withRoles])];
  const isRequired = (peer: string) => [...outer, ...callsOf(process)].some((name) => name === peer);
  const variables = peers.map((peer) => [
    addressVariable(peer),
    isRequired(peer) && !inner.some((name) => name === peer) ? address : address.optional(),
  ]);
  const read = readEnv(z.object(Object.fromEntries(variables)), env);
  const found = peers.map((peer) => [peer, read[addressVariable(peer)]]);
  return Object.fromEntries(found.filter(([, value]) => value !== undefined));
}
