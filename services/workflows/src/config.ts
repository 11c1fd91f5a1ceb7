import { configReader } from '@drippulse/service';
import { z } from 'zod';

export type Config = ReturnType<typeof readConfig>;

export const readConfig = configReader({ WEBHOOK_ALLOW_PRIVATE: z.stringbool().default(false) }, (read) => ({
  /** Whether a `webhook_callback` may point to a private address. */
  allowPrivate: read.WEBHOOK_ALLOW_PRIVATE,
}));
