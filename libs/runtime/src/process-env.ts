import { z } from 'zod';
import { ConfigError, readEnv } from './env.ts';
import { type KafkaSettings, kafkaEnvironment, kafkaProblems, toKafkaSettings } from './kafka-env.ts';

/** Files in PEM for gRPC between services: who vouches for the others, and one's own certificate and key. */
export type GrpcTls = { caFile: string; certFile: string; keyFile: string };

/** What every service takes from the environment when it is a process of its own, whatever it does. */
export type ProcessSettings = {
  /** How long the process goes on after it has said that it leaves, so that nobody sends it more. */
  shutdownDelayMs: number;
  kafka: KafkaSettings;
  /** Undefined: gRPC is plain, and only the signed identity says who calls. */
  grpcTls: GrpcTls | undefined;
};

const environment = z.object({
  SHUTDOWN_DELAY_SECONDS: z.coerce.number().min(0).max(300).default(0),
  GRPC_TLS_CA_FILE: z.string().optional(),
  GRPC_TLS_CERT_FILE: z.string().optional(),
  GRPC_TLS_KEY_FILE: z.string().optional(),
  ...kafkaEnvironment.shape,
});

/** Reads it; malformed variables end in one ConfigError. */
export function readProcessEnv(env: NodeJS.ProcessEnv): ProcessSettings {
  const read = readEnv(environment, env);
  const { GRPC_TLS_CA_FILE: caFile, GRPC_TLS_CERT_FILE: certFile, GRPC_TLS_KEY_FILE: keyFile } = read;
  const files = [caFile, certFile, keyFile].filter((file) => file !== undefined);
  const problems = kafkaProblems(read);
  if (files.length % 3 > 0) {
    problems.push(['GRPC_TLS_CA_FILE', 'needs GRPC_TLS_CERT_FILE and GRPC_TLS_KEY_FILE beside it: all three or none']);
  }
  if (problems.length > 0) throw new ConfigError(problems.map(([name, problem]) => `${name}: ${problem}`));
  return {
    shutdownDelayMs: read.SHUTDOWN_DELAY_SECONDS * 1000,
    kafka: toKafkaSettings(read),
    grpcTls: caFile && certFile && keyFile ? { caFile, certFile, keyFile } : undefined,
  };
}
