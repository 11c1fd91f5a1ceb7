import { configReader } from '@drippulse/service';
import { z } from 'zod';

export type Config = ReturnType<typeof readConfig>;

export const readConfig = configReader(
  {
    SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
    MAIL_FROM: z.string().default('drippulse@localhost'),
    MAIL_DIR: z.string().optional(),
    WEBHOOK_ALLOW_PRIVATE: z.stringbool().default(false),
    HISTORY_DAYS: z.coerce.number().int().min(1).max(36_500).default(180),
    CHAIN_BUDGET: z.coerce.number().int().min(1).max(1_000_000).default(1_000),
  },
  (read) => ({
    smtpUrl: read.SMTP_URL,
    mailFrom: read.MAIL_FROM,
    /** Folder where mails are written as `.eml` files when there is no mail server. */
    mailDir: read.MAIL_DIR,
    /** Whether a callback may go to a private address. */
    allowPrivate: read.WEBHOOK_ALLOW_PRIVATE,
    /** Least days that timeline and effects are kept after the end of an enrollment. */
    historyDays: read.HISTORY_DAYS,
    /** Enrollments and records that may follow from one cause. */
    chainBudget: read.CHAIN_BUDGET,
    /** How long the runs that a dead worker claimed wait for another; effects in flight renew the lease. */
    leaseMs: 8_000,
  }),
);
