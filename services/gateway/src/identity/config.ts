import { textFor } from '@drippulse/process';
import { configReader, redisUrlVariable } from '@drippulse/service';
import { parseSessionKeys } from './sessions/tokens.ts';

export type Config = ReturnType<typeof readConfig>;

/** Reads the configuration of identity, in a process of its own and within the gateway alike. */
export const readConfig = configReader(
  { SESSION_KEYS: textFor(parseSessionKeys), REDIS_URL: redisUrlVariable },
  (read) => ({
    sessionKeys: read.SESSION_KEYS,
    redisUrl: read.REDIS_URL,
  }),
);
