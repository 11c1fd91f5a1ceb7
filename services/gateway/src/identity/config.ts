import { createSealer } from '@drippulse/db';
import { readEnv, textFor } from '@drippulse/runtime';
import { z } from 'zod';
import { address, commonEnvironment, port } from '../environment.ts';
import { parseSessionKeys } from './sessions/tokens.ts';

/** Variables of identity, in a process of its own and inside the gateway alike. */
export const identityEnvironment = commonEnvironment.extend({
  GRPC_PORT: port.optional(),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  SESSION_KEYS: textFor(parseSessionKeys),
  ENCRYPTION_KEYS: textFor(createSealer),
});

const splitLayout = identityEnvironment.extend({ WORKFLOWS_ADDRESS: address });

export type IdentityConfig = {
  host: string;
  /** Port of gRPC; undefined where every caller is in this process. */
  grpcPort: number | undefined;
  databaseUrl: string;
  sessionKeys: string;
  internalTokenKeys: string;
  encryptionKeys: string;
};

/** The configuration of identity in a process of its own. */
export function readSplitConfig(env: NodeJS.ProcessEnv) {
  const read = readEnv(splitLayout, env);
  return {
    ...toIdentityConfig(read),
    grpcPort: read.GRPC_PORT ?? 0,
    opsPort: read.OPS_PORT,
    redisUrl: read.REDIS_URL,
    peerAddresses: { workflows: read.WORKFLOWS_ADDRESS },
    logLevel: read.LOG_LEVEL,
  };
}

export function toIdentityConfig(read: z.infer<typeof identityEnvironment>): IdentityConfig {
  return {
    host: read.HOST,
    grpcPort: read.GRPC_PORT,
    databaseUrl: read.DATABASE_URL,
    sessionKeys: read.SESSION_KEYS,
    internalTokenKeys: read.INTERNAL_TOKEN_KEYS,
    encryptionKeys: read.ENCRYPTION_KEYS,
  };
}
