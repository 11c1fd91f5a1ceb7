import { textFor } from '@drippulse/process';
import { configReader } from '@drippulse/service';
import { z } from 'zod';
import { parseBounceSecret, parseSendgridKey } from './inbound-keys.ts';
import { createLinkTokens } from './tracking/index.ts';

export type Config = ReturnType<typeof readConfig>;

export const readConfig = configReader(
  {
    SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
    MAIL_FROM: z.string().default('drippulse@localhost'),
    MAIL_DIR: z.string().optional(),
    MAIL_ANY_SENDER: z.stringbool().default(false),
    WEBHOOK_ALLOW_PRIVATE: z.stringbool().default(false),
    HISTORY_DAYS: z.coerce.number().int().min(1).max(36_500).default(180),
    CHAIN_BUDGET: z.coerce.number().int().min(1).max(1_000_000).default(1_000),
    PUBLIC_URL: z.url({ protocol: /^https?$/ }).default('http://localhost:3000'),
    TRACKING_KEYS: textFor(createLinkTokens),
    TRACKING_DAYS: z.coerce.number().int().min(1).max(36_500).default(395),
    BOUNCE_WEBHOOK_SECRET: textFor(parseBounceSecret).optional(),
    SENDGRID_WEBHOOK_KEY: textFor(parseSendgridKey).optional(),
    ROLE: z.enum(['all', 'engine', 'public']).default('all'),
  },
  (read) => ({
    smtpUrl: read.SMTP_URL,
    mailFrom: read.MAIL_FROM,
    /** Folder where mails are written as `.eml` files when there is no mail server. */
    mailDir: read.MAIL_DIR,
    /** Whether a mail may be from any address, not only from those of verified domains. */
    anySender: read.MAIL_ANY_SENDER,
    /** Whether a callback may go to a private address. */
    allowPrivate: read.WEBHOOK_ALLOW_PRIVATE,
    /** Least days that timeline and effects are kept after the end of an enrollment. */
    historyDays: read.HISTORY_DAYS,
    /** Enrollments and records that may follow from one cause. */
    chainBudget: read.CHAIN_BUDGET,
    /** Beginning of the links in mails, without a slash at its end. */
    publicUrl: read.PUBLIC_URL.replace(/\/+$/, ''),
    /** Keys of the tokens in links. */
    trackingKeys: read.TRACKING_KEYS,
    /** Days that hits of links and pixels are kept. */
    trackingDays: read.TRACKING_DAYS,
    /** Secret of a mail server's reports; undefined: none are taken. */
    bounceSecret: read.BOUNCE_WEBHOOK_SECRET === undefined ? undefined : parseBounceSecret(read.BOUNCE_WEBHOOK_SECRET),
    /** Key of SendGrid's reports; undefined: none are taken. */
    sendgridKey: read.SENDGRID_WEBHOOK_KEY === undefined ? undefined : parseSendgridKey(read.SENDGRID_WEBHOOK_KEY),
    /**
     * The work of this process: the links of mails and inbound reports (`public`), everything else (`engine`), or all.
     */
    role: read.ROLE,
    /** How long the runs that a dead worker claimed wait for another; effects in flight renew the lease. */
    leaseMs: 8_000,
  }),
);
