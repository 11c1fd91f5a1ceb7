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
    /** The secret key of Stripe. If undefined, every organization has the plan `self_hosted`. */
    stripeKey: read.STRIPE_SECRET_KEY,
    /**
     * Secrets of Stripe's webhook signatures. A signature with any of these secrets is valid, so that a secret can be
     * replaced.
     */
    hookSecrets: secretsOf(read.STRIPE_WEBHOOK_SECRET),
    /** Base URL of Stripe's API, for tests. If undefined, Stripe's own URL is used. */
    stripeBase: checkBase(read.STRIPE_API_BASE),
    smtpUrl: read.SMTP_URL,
    mailFrom: read.MAIL_FROM,
    /** Folder where mails are written as `.eml` files when there is no mail server. */
    mailDir: read.MAIL_DIR,
    /** Base URL of links, without a trailing slash. */
    publicUrl: read.PUBLIC_URL.replace(/\/+$/, ''),
    /** Time limit for Stripe's answer to one request. */
    stripeTimeoutMs: 10_000,
    /**
     * Time for which one process leases a customer or an operation. It is longer than all requests that are made during
     * one lease take together.
     */
    leaseMs: 90_000,
  }),
);

function secretsOf(list: string | undefined): readonly string[] {
  return (list ?? '')
    .split(',')
    .map((secret) => secret.trim())
    .filter((secret) => secret !== '');
}

/** Checks the base URL of Stripe's API. The secret key is sent to it, so http is allowed only for this machine. */
function checkBase(url: string | undefined): string | undefined {
  if (url === undefined) return undefined;
  const { hostname, protocol } = new URL(url);
  const isLoopback = hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
  if (isLoopback || protocol === 'https:') return url;
  throw new ConfigError(['STRIPE_API_BASE: must use https, unless it is at a loopback address']);
}
