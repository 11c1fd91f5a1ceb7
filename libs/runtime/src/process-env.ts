import { z } from 'zod';
import { readEnv } from './env.ts';

/** What every service takes from the environment when it is a process of its own, whatever it does. */
export type ProcessSettings = {
  /** How long the process goes on after it has said that it leaves, so that nobody sends it more. */
  shutdownDelayMs: number;
};

const environment = z.object({
  SHUTDOWN_DELAY_SECONDS: z.coerce.number().min(0).max(300).default(0),
});

/** Reads it; malformed variables end in one ConfigError. */
export function readProcessEnv(env: NodeJS.ProcessEnv): ProcessSettings {
  const read = readEnv(environment, env);
  return { shutdownDelayMs: read.SHUTDOWN_DELAY_SECONDS * 1000 };
}
