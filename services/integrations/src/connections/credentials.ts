import { openEnvelope, type Sealer, sealEnvelope } from '@drippulse/db';
import type { Credentials, Provider } from '@drippulse/providers';
import { z } from 'zod';

const stored = z.record(z.string(), z.string());

type Place = { organizationId: bigint; id: bigint };

/** Seals credentials with their own data key, and returns the columns. They can be opened only in their own row. */
export function sealCredentials(
  sealer: Sealer,
  place: Place,
  credentials: Credentials,
): { credentials: Buffer; data_key: Buffer } {
  const { box, dataKey } = sealEnvelope(sealer, Buffer.from(JSON.stringify(credentials)), credentialsContext(place));
  return { credentials: box, data_key: dataKey };
}

/** Opens credentials. Throws if they were sealed for a different row, or by a key that ENCRYPTION_KEYS lacks. */
export function openCredentials(
  sealer: Sealer,
  place: Place,
  row: { credentials: Buffer; data_key: Buffer },
): Credentials {
  const sealed = { box: row.credentials, dataKey: row.data_key };
  return stored.parse(JSON.parse(openEnvelope(sealer, sealed, credentialsContext(place)).toString()));
}

/** Returns the context that binds credentials to their row. */
export function credentialsContext({ organizationId, id }: Place): string {
  return `organization ${organizationId} connection ${id}`;
}

const maskedPrefix = '••••';
/**
 * Minimum length of a secret whose last four characters are shown. Four characters would reveal too much of a shorter
 * secret.
 */
const shortestShown = 12;

/** Masks credentials for people. Shows only the last four characters of each secret. */
export function maskCredentials(provider: Provider, credentials: Credentials): Record<string, string> {
  const open = new Set(provider.credentials.filter(({ isSecret }) => !isSecret).map(({ name }) => name));
  return Object.fromEntries(
    Object.entries(credentials).map(([name, value]) => [name, open.has(name) ? value : maskSecret(value)]),
  );
}

/** Masks a value like a secret. Fields that the provider does not list, such as tokens, are secrets too. */
function maskSecret(value: string): string {
  return value.length < shortestShown ? maskedPrefix : `${maskedPrefix}${value.slice(-4)}`;
}

/** Whether a received value is a mask that this service has shown. */
export function isMask(value: string): boolean {
  return value.startsWith(maskedPrefix) && value.length <= maskedPrefix.length + 4;
}

/** Returns the secrets that must not appear in messages. */
export function secretsOf(provider: Provider, credentials: Credentials): string[] {
  const open = new Set(provider.credentials.filter(({ isSecret }) => !isSecret).map(({ name }) => name));
  return Object.entries(credentials).flatMap(([name, value]) => (open.has(name) ? [] : [value]));
}
