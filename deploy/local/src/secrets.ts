import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createApiKeyText } from '@drippulse/gateway/organizations';
import { generateInternalTokenKeys, type ServiceName } from '@drippulse/rpc';
import { z } from 'zod';

/** Version of the data folder's layout; a folder of a newer one is not touched. */
const FORMAT = 1;

const schema = z.object({
  format: z.number().int(),
  postgresPassword: z.string(),
  rolePasswords: z.record(z.string(), z.string()),
  sessionKeys: z.string(),
  encryptionKeys: z.string(),
  internalTokenKeys: z.record(z.string(), z.string()),
  adminPassword: z.string(),
  apiKey: z.string(),
});

/** What an installation on one machine keeps to itself, in `secrets.json` of its data folder (mode 0600). */
export type Secrets = z.infer<typeof schema>;

export const services = [
  'gateway',
  'workflows',
  'enrollment-runtime',
  'webhook-delivery',
  'crm',
] as const satisfies ServiceName[];

/** Schema of each service, and of the embedded event log. */
export const schemas = {
  gateway: 'identity',
  workflows: 'workflows',
  'enrollment-runtime': 'enrollments',
  'webhook-delivery': 'webhooks',
  crm: 'crm',
  events: 'events',
} as const;

/**
 * Reads the secrets of a data folder, and makes them on the first start. They are on disk before anything uses them, so
 * that a start that is cut short goes on with the same ones.
 */
export function loadSecrets(dataDir: string, adminPassword: string | undefined): Secrets {
  makeFolder(dataDir);
  const file = path.join(dataDir, 'secrets.json');
  const found = readSecrets(file);
  const secrets = found === undefined ? makeSecrets() : withNewServices(found);
  if (adminPassword !== undefined) secrets.adminPassword = adminPassword;
  const text = `${JSON.stringify(secrets, null, 2)}\n`;
  writeFileSync(`${file}.new`, text, { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return secrets;
}

function makeFolder(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o755 });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'EEXIST' && code !== 'ENOTDIR') throw error;
    throw new StartError(`DATA_DIR=${dataDir} is not a folder, or lies below a file. Choose another one.`);
  }
}

/** Reads the secrets of a data folder that was started before; undefined when it was not. */
export function readSecrets(file: string): Secrets | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  const content = parseText(text);
  const { data: version } = schema.pick({ format: true }).safeParse(content);
  if (version !== undefined && version.format > FORMAT) {
    throw new StartError(
      `The data folder ${path.dirname(file)} was made by a newer version of DripPulse. Start that version, or choose another folder with DATA_DIR.`,
    );
  }
  const parsed = schema.safeParse(content);
  if (parsed.success) return parsed.data;
  throw new StartError(
    `${file} is damaged. Restore it from a backup, or choose another folder with DATA_DIR; without it nobody can read what the database there has encrypted.`,
  );
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // no JSON, no secrets
  }
}

/** A reason not to start that is told in one sentence. */
export class StartError extends Error {
  override name = 'StartError';
}

/** A folder of an older version lacks what services that it did not have yet need. */
function withNewServices(found: Secrets): Secrets {
  const isComplete = services.every((service) => found.internalTokenKeys[service] !== undefined);
  return {
    ...found,
    rolePasswords: { ...makeRolePasswords(), ...found.rolePasswords },
    // All at once: each service holds the public keys of the others.
    internalTokenKeys: isComplete ? found.internalTokenKeys : generateInternalTokenKeys(services),
  };
}

/** New secrets of every kind. */
export function makeSecrets(): Secrets {
  const key = () => randomBytes(32).toString('base64');
  return {
    format: FORMAT,
    postgresPassword: password(),
    rolePasswords: makeRolePasswords(),
    sessionKeys: key(),
    encryptionKeys: key(),
    internalTokenKeys: generateInternalTokenKeys(services),
    adminPassword: password(),
    apiKey: createApiKeyText('live'),
  };
}

function makeRolePasswords(): Record<string, string> {
  return Object.fromEntries(Object.values(schemas).map((schema) => [schema, password()]));
}

function password(): string {
  return randomBytes(18).toString('base64url');
}
