import { parseInternalTokenKeys } from '@drippulse/rpc';
import { textFor } from '@drippulse/runtime';
import { z } from 'zod';

export const port = z.coerce.number().int().min(0).max(65_535);
export const address = z.string().regex(/^[^\s/]+:\d+$/, 'must be host:port');

/** Variables of every process of this package. */
export const commonEnvironment = z.object({
  HOST: z.string().default('127.0.0.1'),
  OPS_PORT: port.default(0),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
  INTERNAL_TOKEN_KEYS: textFor(parseInternalTokenKeys),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).default('info'),
});
