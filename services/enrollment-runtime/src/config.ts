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
    /** Whether mails may be sent from any address, not only from verified domains. */
    anySender: read.MAIL_ANY_SENDER,
    /** Whether a callback may go to a private address. */
    allowPrivate: read.WEBHOOK_ALLOW_PRIVATE,
    /** Minimum number of days for which timeline and effects are kept after the end of an enrollment. */
    historyDays: read.HISTORY_DAYS,
    /** Maximum number of enrollments and records that may follow from one cause. */
    chainBudget: read.CHAIN_BUDGET,
    /** Base URL of the links in mails, without a trailing slash. */
    publicUrl: read.PUBLIC_URL.replace(/\/+$/, ''),
    /** Keys with which the tokens in links are made and read. */
    trackingKeys: read.TRACKING_KEYS,
    /** Days for which hits of links and pixels are kept. */
    trackingDays: read.TRACKING_DAYS,
    /** Secret that authenticates a mail server's reports. If undefined, reports are refused. */
    bounceSecret: read.BOUNCE_WEBHOOK_SECRET === undefined ? undefined : parseBounceSecret(read.BOUNCE_WEBHOOK_SECRET),
    /** Key that verifies SendGrid's reports. If undefined, reports are refused. */
    sendgridKey: read.SENDGRID_WEBHOOK_KEY === undefined ? undefined : parseSendgridKey(read.SENDGRID_WEBHOOK_KEY),
    /** The work of this process: links of mails and inbound reports (`public`), all other work (`engine`), or both. */
    role: read.ROLE,
    /** Time after which another worker takes over the runs of a dead worker. Effects in flight renew the lease. */
    leaseMs: 8_000,
  }),
);
