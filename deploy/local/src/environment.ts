import path from 'node:path';
import type { ServiceName } from '@drippulse/rpc';
import type { Settings } from './config.ts';
import type { DatabaseUrls } from './schemas.ts';
import type { Secrets } from './secrets.ts';

/** Where the servers are that the services use. */
export type Servers = {
  databaseUrls: DatabaseUrls;
  kafkaBrokers: string | undefined;
  redisUrl: string | undefined;
};

/** The environment of one service: the same in every layout, so that what runs in one process is what runs in four. */
export function serviceEnvironment(
  service: ServiceName,
  settings: Settings,
  secrets: Secrets,
  servers: Servers,
): Record<string, string> {
  const environment: Record<string, string | undefined> = {
    ...settings.passedOn,
    OTEL_SERVICE_NAME: service,
    HOST: settings.host,
    DATA_DIR: settings.dataDir,
    // Identity runs inside the gateway here, and its schema belongs to the gateway's role.
    DATABASE_URL: servers.databaseUrls[service === 'identity' ? 'gateway' : service],
    KAFKA_BROKERS: servers.kafkaBrokers,
    REDIS_URL: servers.redisUrl,
    INTERNAL_TOKEN_KEYS: secrets.internalTokenKeys[service],
    ENCRYPTION_KEYS: secrets.encryptionKeys,
    PUBLIC_URL: settings.publicUrl ?? `http://${urlHost(settings.host)}:${settings.port}`,
    WEBHOOK_ALLOW_PRIVATE: String(settings.allowPrivate),
    ...(service === 'gateway' ? { PORT: String(settings.port), SESSION_KEYS: secrets.sessionKeys } : {}),
    ...(service === 'enrollment-runtime'
      ? { SMTP_URL: settings.smtpUrl, MAIL_FROM: settings.mailFrom, MAIL_DIR: mailDir(settings) }
      : {}),
  };
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/** Where mails land without `SMTP_URL`. */
export function mailDir(settings: Settings): string {
  return path.join(settings.dataDir, 'mail');
}

/** A host as it stands in a URL. */
export function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}
