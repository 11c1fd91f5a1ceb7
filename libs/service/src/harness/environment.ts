import { randomBytes } from 'node:crypto';
import { createLogger, type Logger } from '@drippulse/observability';
import { createTokens, generateInternalTokenKeys, parseInternalTokenKeys, type Tokens } from '@drippulse/rpc';
import { type ServiceName, serviceNames, services } from '@drippulse/topology';

/** Keys of every service, for the services and the peers of one test. */
export type TestKeys = {
  /** Tokens that a service mints and checks. */
  tokensOf(name: ServiceName): Tokens;
  /** The variables that every service needs, as a layout sets them. */
  environmentOf(name: ServiceName, databaseUrl: string): Record<string, string>;
};

export function createTestKeys(): TestKeys {
  const keys = generateInternalTokenKeys(serviceNames);
  const encryptionKeys = randomKey();
  return {
    tokensOf: (service) => createTokens({ service, keys: parseInternalTokenKeys(keys[service]) }),
    environmentOf: (name, databaseUrl) => ({
      DATABASE_URL: databaseUrl,
      INTERNAL_TOKEN_KEYS: keys[name],
      ENCRYPTION_KEYS: encryptionKeys,
      ...Object.fromEntries((services[name].secrets ?? []).map((secret) => [secret, randomKey()])),
      LOG_LEVEL: 'fatal',
    }),
  };
}

function randomKey(): string {
  return randomBytes(32).toString('base64');
}

/** Logs fatal errors only; TEST_LOG_LEVEL sets another level. */
export function testLogger(): Logger {
  return createLogger({ service: 'test', level: process.env['TEST_LOG_LEVEL'] ?? 'fatal' });
}
