import { textFor } from '@drippulse/process';
import { configReader } from '@drippulse/service';
import { z } from 'zod';
import { readRemoteCode } from './code/remote-code.ts';
import { readPrices } from './pricing/read-prices.ts';

export type Config = ReturnType<typeof readConfig>;

export const readConfig = configReader(
  {
    CODE_AGENTS: textFor(readRemoteCode).optional(),
    LLM_BASE_URL: z.url({ protocol: /^https?$/ }).optional(),
    LLM_API_KEY: z.string().min(1).optional(),
    LLM_MODEL: z.string().min(1).max(255).optional(),
    LLM_PROTOCOL: z.enum(['openai', 'anthropic']).optional(),
    LLM_PRICES: textFor(readPrices).optional(),
    LLM_DAILY_LIMIT_USD: z.coerce.number().min(0).max(1_000_000_000).optional(),
    WEBHOOK_ALLOW_PRIVATE: z.stringbool().default(false),
  },
  (read) => ({
    /** Endpoints of the operator that agents of type `code` call, as JSON. */
    codeAgents: read.CODE_AGENTS,
    /** Where models are called, if anywhere. */
    llm: {
      baseUrl: read.LLM_BASE_URL,
      apiKey: read.LLM_API_KEY,
      model: read.LLM_MODEL,
      protocol: read.LLM_PROTOCOL,
      /** Prices of the operator, as JSON. */
      prices: read.LLM_PRICES,
      /** Most that all organizations together may cost in a day (UTC); undefined: no limit. */
      dailyLimitUsd: read.LLM_DAILY_LIMIT_USD,
    },
    /** Whether these may be at private addresses and plain http, for development. */
    allowPrivate: read.WEBHOOK_ALLOW_PRIVATE,
    /**
     * How long an execution, or a training, waits for another process after the one that worked on it has died. Longer
     * than any call.
     */
    leaseMs: 90_000,
    /** What the lease of a reservation has beyond the deadline of its call. */
    reservationGraceMs: 15_000,
    /** How long a request waits for its execution before it answers 202. */
    patienceMs: 25_000,
  }),
);
