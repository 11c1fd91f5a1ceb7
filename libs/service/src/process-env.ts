import { type KafkaSettings, readKafkaSettings } from '@drippulse/events';
import { ConfigError, readAll, readEnv } from '@drippulse/process';
import type { GrpcTls } from '@drippulse/rpc';
import { z } from 'zod';

/** The settings of every service that is a process of its own. */
export type ProcessSettings = {
  /**
   * Time for which the process still serves after `/ready` returns 503. In this time, load balancers stop sending
   * requests.
   */
  shutdownDelayMs: number;
  /** Log file, which is rotated. If undefined, the log is written to stdout. */
  logFile: string | undefined;
  kafka: KafkaSettings;
  /** The files for mutual TLS. If undefined, gRPC is plain, and only the signed identity proves the caller. */
  grpcTls: GrpcTls | undefined;
};

const environment = z.object({
  SHUTDOWN_DELAY_SECONDS: z.coerce.number().min(0).max(300).default(0),
  LOG_FILE: z.string().optional(),
  GRPC_TLS_CA_FILE: z.string().optional(),
  GRPC_TLS_CERT_FILE: z.string().optional(),
  GRPC_TLS_KEY_FILE: z.string().optional(),
});

/** Reads the settings; throws one ConfigError that lists every malformed variable. */
export function readProcessEnv(env: NodeJS.ProcessEnv): ProcessSettings {
  const [own, kafka] = readAll(
    () => readOwn(env),
    () => readKafkaSettings(env),
  );
  return { ...own, kafka };
}

function readOwn(env: NodeJS.ProcessEnv) {
  const read = readEnv(environment, env);
  const { GRPC_TLS_CA_FILE: caFile, GRPC_TLS_CERT_FILE: certFile, GRPC_TLS_KEY_FILE: keyFile } = read;
  const given = [caFile, certFile, keyFile].filter((file) => file !== undefined);
  if (given.length % 3 > 0) {
    throw new ConfigError([
      'GRPC_TLS_CA_FILE: needs GRPC_TLS_CERT_FILE and GRPC_TLS_KEY_FILE beside it: all three or none',
    ]);
  }
  return {
    shutdownDelayMs: read.SHUTDOWN_DELAY_SECONDS * 1000,
    logFile: read.LOG_FILE,
    grpcTls: caFile && certFile && keyFile ? { caFile, certFile, keyFile } : undefined,
  };
}
