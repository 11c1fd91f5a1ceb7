import { createSealer } from '@drippulse/db';
import { readEnv, textFor } from '@drippulse/process';
import { parseInternalTokenKeys } from '@drippulse/rpc';
import { addressVariable, type ServiceName, services } from '@drippulse/topology';
import { z } from 'zod';

/** A TCP port; 0 takes a free one. */
export const portVariable = z.coerce.number().int().min(0).max(65_535);

/** URL of Redis, where limits are counted for all processes; each process counts its own without it. */
export const redisUrlVariable = z.url({ protocol: /^rediss?$/ }).optional();

const common = z.object({
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  INTERNAL_TOKEN_KEYS: textFor(parseInternalTokenKeys),
  ENCRYPTION_KEYS: textFor(createSealer),
  HOST: z.string().default('127.0.0.1'),
  GRPC_PORT: portVariable.optional(),
  OPS_PORT: portVariable.default(0),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).default('info'),
});

/** The configuration that every service has. */
export type ServiceConfig = {
  databaseUrl: string;
  internalTokenKeys: string;
  encryptionKeys: string;
  /** Address that gRPC and operations listen on. */
  host: string;
  /** Port of gRPC; undefined where the service is reached in memory only. */
  grpcPort: number | undefined;
  opsPort: number;
  logLevel: string;
};

/**
 * Makes the function that reads the environment of a service: the variables that every service has, and `own`, which
 * `toOwn` names. It throws one ConfigError that lists every malformed variable.
 */
export function configReader<S extends z.ZodRawShape, Own extends object>(
  own: S,
  toOwn: (read: z.output<z.ZodObject<S>>) => Own,
): (env: NodeJS.ProcessEnv) => ServiceConfig & Own {
  const environment = z.object({ ...common.shape, ...own });
  return (env) => {
    const read = readEnv(environment, env) as z.output<typeof common> & z.output<z.ZodObject<S>>; // both shapes are in it
    return {
      databaseUrl: read.DATABASE_URL,
      internalTokenKeys: read.INTERNAL_TOKEN_KEYS,
      encryptionKeys: read.ENCRYPTION_KEYS,
      host: read.HOST,
      grpcPort: read.GRPC_PORT,
      opsPort: read.OPS_PORT,
      logLevel: read.LOG_LEVEL,
      ...toOwn(read),
    };
  };
}

const address = z
  .string()
  .regex(
    /^(ipv4:)?[^\s/,]+:\d+(,[^\s/,]+:\d+)*$/,
    'must be host:port, or a list such as ipv4:10.0.0.1:8081,10.0.0.2:8081',
  );

/** Reads where the services are that `name` calls; throws one ConfigError that lists every missing address. */
export function readPeerAddresses(name: ServiceName, env: NodeJS.ProcessEnv): Partial<Record<ServiceName, string>> {
  const { calls } = services[name];
  const read = readEnv(z.object(Object.fromEntries(calls.map((peer) => [addressVariable(peer), address]))), env);
  return Object.fromEntries(calls.map((peer) => [peer, read[addressVariable(peer)]]));
}
