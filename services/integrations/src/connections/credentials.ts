import { openEnvelope, type Sealer, sealEnvelope } from '@drippulse/db';
import type { Credentials, Provider } from '@drippulse/providers';
import { z } from 'zod';

const stored = z.record(z.string(), z.string());

type Place = { organizationId: bigint; id: bigint };

/** The columns of sealed credentials, by a data key of their own. They open in the row of their organization alone. */
export function sealCredentials(
  sealer: Sealer,
  place: Place,
  credentials: Credentials,
): { credentials: Buffer; data_key: Buffer } {
  const { box, dataKey } = sealEnvelope(sealer, Buffer.from(JSON.stringify(credentials)), credentialsContext(place));
  return { credentials: box, data_key: dataKey };
}

/** Throws when they were sealed for another row, or by a key that ENCRYPTION_KEYS lacks. */
export function openCredentials(
  sealer: Sealer,
  place: Place,
  row: { credentials: Buffer; data_key: Buffer },
): Credentials {
  const sealed = { box: row.credentials, dataKey: row.data_key };
  return stored.parse(JSON.parse(openEnvelope(sealer, sealed, credentialsContext(place)).toString()));
}

/** What binds the credentials to their row. */
export function credentialsContext({ organizationId, id }: Place): string {
  return `organization ${organizationId} connection ${id}`;
}

const maskedPrefix = '••••';
/** Of a shorter secret, four characters would be too much of it. */
const shortestShown = 12;

/** Credentials as people see them: of a secret its last four characters. */
export function maskCredentials(provider: Provider, credentials: Credentials): Record<string, string> {
  const open = new Set(provider.credentials.filter(({ isSecret }) => !isSecret).map(({ name }) => name));
  return Object.fromEntries(
    Object.entries(credentials).map(([name, value]) => [name, open.has(name) ? value : maskSecret(value)]),
  );
}

/** A field that no provider lists, such as one that came with tokens, is masked as a secret is. */
function maskSecret(value: string): string {
  return value.length < shortestShown ? maskedPrefix : `${maskedPrefix}${value.slice(-4)}`;
}

/** Whether a value that was sent is a mask that we showed. */
export function isMask(value: string): boolean {
  return value.startsWith(maskedPrefix) && value.length <= maskedPrefix.length + 4;
}

/** The texts that no message may repeat. */
export function secretsOf(provider: Provider, credentials: Credentials): string[] {
  const open = new Set(provider.credentials.filter(({ isSecret }) => !isSecret).map(({ name }) => name));
  return Object.entries(credentials).flatMap(([name, value]) => (open.has(name) ? [] : [value]));
}
