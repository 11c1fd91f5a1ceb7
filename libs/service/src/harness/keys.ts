import { randomBytes } from 'node:crypto';
import { createTokens, generateInternalTokenKeys, parseInternalTokenKeys, type Tokens } from '@drippulse/rpc';
import { processEntry, processNames, processOf, type ServiceName, serviceNames } from '@drippulse/topology';

/** Keys of every service, for the services and the peers of one test. */
export type TestKeys = {
  /** Returns the tokens that a service mints and checks. */
  tokensOf(name: ServiceName): Tokens;
  /** Returns the variables that the process of a service needs, as a layout would set them. */
  environmentOf(name: ServiceName, databaseUrl: string): Record<string, string>;
};

export function createTestKeys(): TestKeys {
  const tokenKeys = generateInternalTokenKeys(serviceNames);
  const variables = new Set(processNames.flatMap((process) => processEntry(process).keys));
  const keys = new Map([...variables].map((variable) => [variable, randomBytes(32).toString('base64')]));
  return {
    tokensOf: (service) => createTokens({ service, keys: parseInternalTokenKeys(tokenKeys[service]) }),
    environmentOf: (name, databaseUrl) => ({
      DATABASE_URL: databaseUrl,
      INTERNAL_TOKEN_KEYS: tokenKeys[name],
      ...Object.fromEntries(processEntry(processOf(name)).keys.map((variable) => [variable, keys.get(variable)])),
    }),
  };
}
