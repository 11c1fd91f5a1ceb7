import path from 'node:path';
import { processEntry, publicService, type ServiceName } from '@drippulse/topology';
import type { Settings } from './config.ts';
import type { DatabaseUrls } from './schemas.ts';
import { type Secrets, secretsOf } from './secrets.ts';

/** Addresses of the servers that the services use. */
export type Servers = {
  databaseUrls: DatabaseUrls;
  kafkaBrokers: string | undefined;
  redisUrl: string | undefined;
};

/** Returns the environment of a service and of the services that run in its process. It is equal in every layout. */
export function serviceEnvironment(
  name: ServiceName,
  settings: Settings,
  secrets: Secrets,
  { databaseUrls, kafkaBrokers, redisUrl }: Servers,
): Record<string, string> {
  const { schema, optionalSecrets, environment: own } = processEntry(name);
  const known: Record<string, string | undefined> = {
    // Links in mails lead to this machine unless PUBLIC_URL is set.
    PUBLIC_URL: `http://${urlHost(settings.host)}:${settings.port}`,
    ...settings.ofServices,
    REDIS_URL: redisUrl,
    SMTP_URL: settings.smtpUrl,
    MAIL_FROM: settings.mailFrom,
    MAIL_DIR: mailDir(settings),
    MAIL_ANY_SENDER: String(settings.anySender),
    WEBHOOK_ALLOW_PRIVATE: String(settings.allowPrivate),
  };
  const environment: Record<string, string | undefined> = {
    ...settings.passedOn,
    OTEL_SERVICE_NAME: name,
    HOST: settings.host,
    // HOST opens only the public API to other machines.
    GRPC_HOST: '127.0.0.1',
    OPS_HOST: settings.opsHost,
    ...secretsOf(name, secrets, databaseUrls.get(schema ?? '')),
    KAFKA_BROKERS: kafkaBrokers,
    ...Object.fromEntries([...optionalSecrets, ...own].map((variable) => [variable, known[variable]])),
    ...(name === publicService && { PORT: String(settings.port) }),
  };
  return Object.fromEntries(
    Object.entries(environment).flatMap(([variable, value]) => (value === undefined ? [] : [[variable, value]])),
  );
}

/** Returns the folder into which mails are written if there is no `SMTP_URL`. */
export function mailDir(settings: Settings): string {
  return path.join(settings.dataDir, 'mail');
}

/** Returns a host in the form for a URL. */
export function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}
