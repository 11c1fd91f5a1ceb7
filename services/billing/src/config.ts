import { ConfigError } from '@drippulse/process';
import { configReader } from '@drippulse/service';
import { z } from 'zod';
import { readPlans } from './plans/read-plans.ts';

export type Config = ReturnType<typeof readConfig>;

export const readConfig = configReader(
  {
    PLANS: z.string().min(1).optional(),
    STRIPE_SECRET_KEY: z
      .string()
      .regex(/^(sk|rk)_(live|test)_\w+$/, 'must begin with sk_live_, sk_test_, rk_live_ or rk_test_')
      .optional(),
    STRIPE_WEBHOOK_SECRET: z.string().min(1).optional(),
    STRIPE_API_BASE: z.url({ protocol: /^https?$/ }).optional(),
    SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
    MAIL_FROM: z.string().default('drippulse@localhost'),
    MAIL_DIR: z.string().optional(),
    PUBLIC_URL: z.url({ protocol: /^https?$/ }).default('http://localhost:3000'),
  },
  (read) => ({
    plans: readPlans(read.PLANS),
    /** The secret key of Stripe; undefined: every organization has the plan `self_hosted`. */
    stripeKey: read.STRIPE_SECRET_KEY,
    /** Secrets that sign hooks. Any of them does, so that one can be replaced by another. */
    hookSecrets: secretsOf(read.STRIPE_WEBHOOK_SECRET),
    /** Where Stripe is, for tests; undefined: at Stripe. */
    stripeBase: checkBase(read.STRIPE_API_BASE),
    smtpUrl: read.SMTP_URL,
    mailFrom: read.MAIL_FROM,
    /** Folder where mails are written as `.eml` files when there is no mail server. */
    mailDir: read.MAIL_DIR,
    /** Beginning of links, without a slash at its end. */
    publicUrl: read.PUBLIC_URL.replace(/\/+$/, ''),
    /** How long Stripe may take to answer one request. */
    stripeTimeoutMs: 10_000,
    /** How long one process has a customer or an operation for itself: longer than all of its requests take. */
    leaseMs: 90_000,
  }),
);

function secretsOf(list: string | undefined): readonly string[] {
  return (list ?? '')
    .split(',')
    .map((secret) => secret.trim())
    .filter((secret) => secret !== '');
}

/** The key goes there, so plain http is for this machine alone. */
function checkBase(url: string | undefined): string | undefined {
  if (url === undefined) return undefined;
  const { hostname, protocol } = new URL(url);
  const isLoopback = hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
  if (isLoopback || protocol === 'https:') return url;
  throw new ConfigError(['STRIPE_API_BASE: must use https, unless it is at a loopback address']);
}
