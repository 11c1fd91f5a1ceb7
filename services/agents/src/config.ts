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
    /** The operator's endpoints for agents of type `code`, as JSON. */
    codeAgents: read.CODE_AGENTS,
    /** The account of the installation at a model provider, if it has one. */
    llm: {
      baseUrl: read.LLM_BASE_URL,
      apiKey: read.LLM_API_KEY,
      model: read.LLM_MODEL,
      protocol: read.LLM_PROTOCOL,
      /** The operator's prices, as JSON. */
      prices: read.LLM_PRICES,
      /** Maximum cost of all organizations together in a day (UTC). If undefined, there is no limit. */
      dailyLimitUsd: read.LLM_DAILY_LIMIT_USD,
    },
    /** Whether endpoints may have private addresses and plain http, for development. */
    allowPrivate: read.WEBHOOK_ALLOW_PRIVATE,
    /**
     * Lease of an execution or a training, longer than any call. After a process dies, other processes take over its
     * work when the lease ends.
     */
    leaseMs: 90_000,
    /** Time by which a reservation's lease outlasts the deadline of its call. */
    reservationGraceMs: 15_000,
    /** Maximum time that a request waits for its execution. After this time the response is 202. */
    patienceMs: 25_000,
  }),
);
