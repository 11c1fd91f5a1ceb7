import { ConfigError } from '@drippulse/process';
import type { ProviderKey } from '@drippulse/providers';
import { configReader, redisUrlVariable } from '@drippulse/service';
import { z } from 'zod';

export type Config = ReturnType<typeof readConfig>;

const text = z.string().min(1).optional();
const clientVariables = {
  GOOGLE_WORKSPACE_CLIENT_ID: text,
  GOOGLE_WORKSPACE_CLIENT_SECRET: text,
  MICROSOFT365_CLIENT_ID: text,
  MICROSOFT365_CLIENT_SECRET: text,
  SLACK_CLIENT_ID: text,
  SLACK_CLIENT_SECRET: text,
  SALESFORCE_CLIENT_ID: text,
  SALESFORCE_CLIENT_SECRET: text,
  HUBSPOT_CLIENT_ID: text,
  HUBSPOT_CLIENT_SECRET: text,
  ZOOM_CLIENT_ID: text,
  ZOOM_CLIENT_SECRET: text,
  ZENDESK_CLIENT_ID: text,
  ZENDESK_CLIENT_SECRET: text,
  GONG_CLIENT_ID: text,
  GONG_CLIENT_SECRET: text,
};

export const readConfig = configReader(
  {
    REDIS_URL: redisUrlVariable,
    SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
    MAIL_FROM: z.string().default('drippulse@localhost'),
    MAIL_DIR: z.string().optional(),
    PUBLIC_URL: z.url({ protocol: /^https?$/ }).default('http://localhost:3000'),
    PROVIDER_HOSTS_OVERRIDE: z.url({ protocol: /^https?$/ }).optional(),
    PROVIDER_HOSTS_OVERRIDE_CONFIRM: z.stringbool().default(false),
    ...clientVariables,
    WEBHOOK_ALLOW_PRIVATE: z.stringbool().default(false),
  },
  (read) => ({
    /**
     * URL of Redis, in which all processes together count the requests of each account. If undefined, each process
     * counts only its own requests.
     */
    redisUrl: read.REDIS_URL,
    /** Lease of an effect. It is longer than all requests of one action can take together. */
    effectLeaseMs: 40_000,
    smtpUrl: read.SMTP_URL,
    mailFrom: read.MAIL_FROM,
    /** Folder into which mails are written as `.eml` files if there is no mail server. */
    mailDir: read.MAIL_DIR,
    /** Base URL of the redirect address and of links in mails, without a trailing slash. */
    publicUrl: read.PUBLIC_URL.replace(/\/+$/, ''),
    /** Whether data sources may have private addresses and plain http, for development. */
    allowPrivate: read.WEBHOOK_ALLOW_PRIVATE,
    /**
     * Base URL that replaces the base URLs of all providers, for tests and egress proxies. If undefined, the providers'
     * own URLs are used.
     */
    hostsOverride: checkOverride(read.PROVIDER_HOSTS_OVERRIDE, read.PROVIDER_HOSTS_OVERRIDE_CONFIRM),
    /** The operator's applications at providers, through which accounts are connected. */
    oauthClients: {
      google_workspace: clientOf(read.GOOGLE_WORKSPACE_CLIENT_ID, read.GOOGLE_WORKSPACE_CLIENT_SECRET),
      microsoft365: clientOf(read.MICROSOFT365_CLIENT_ID, read.MICROSOFT365_CLIENT_SECRET),
      slack: clientOf(read.SLACK_CLIENT_ID, read.SLACK_CLIENT_SECRET),
      salesforce: clientOf(read.SALESFORCE_CLIENT_ID, read.SALESFORCE_CLIENT_SECRET),
      hubspot: clientOf(read.HUBSPOT_CLIENT_ID, read.HUBSPOT_CLIENT_SECRET),
      zoom: clientOf(read.ZOOM_CLIENT_ID, read.ZOOM_CLIENT_SECRET),
      zendesk: clientOf(read.ZENDESK_CLIENT_ID, read.ZENDESK_CLIENT_SECRET),
      gong: clientOf(read.GONG_CLIENT_ID, read.GONG_CLIENT_SECRET),
    } as Readonly<Partial<Record<ProviderKey, { id: string; secret: string }>>>,
    /**
     * Time limit of a call to a token endpoint, which is called at most twice within `refreshLeaseMs`. Tests shorten
     * both values.
     */
    tokenTimeoutMs: 15_000,
    /** Lease of a refresh, during which no other process refreshes. */
    refreshLeaseMs: 60_000,
  }),
);

function clientOf(id: string | undefined, secret: string | undefined): { id: string; secret: string } | undefined {
  return id === undefined || secret === undefined ? undefined : { id, secret };
}

/**
 * Checks the override of the providers' URLs. Customers' credentials are sent to it, so it must be this machine, or a
 * proxy over TLS that the operator confirmed.
 */
function checkOverride(url: string | undefined, isConfirmed: boolean): string | undefined {
  if (url === undefined) return undefined;
  const { hostname, protocol } = new URL(url);
  const isLoopback = hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
  if (isLoopback || (protocol === 'https:' && isConfirmed)) return url;
  throw new ConfigError([
    'PROVIDER_HOSTS_OVERRIDE: must be at a loopback address, or use https with PROVIDER_HOSTS_OVERRIDE_CONFIRM=1',
  ]);
}
