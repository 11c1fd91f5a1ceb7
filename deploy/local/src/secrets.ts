import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createApiKeyText } from '@drippulse/gateway/organizations';
import { generateInternalTokenKeys, renewInternalTokenKeys } from '@drippulse/rpc';
import { owners, processEntry, processNames, type ServiceName, serviceNames } from '@drippulse/topology';
import { z } from 'zod';

/** Version of the data folder's layout. */
const FORMAT = 3;

const schema = z.object({
  format: z.number().int(),
  postgresPassword: z.string(),
  kafkaPassword: z.string(),
  redisPassword: z.string(),
  rolePasswords: z.record(z.string(), z.string()),
  /** Keys of 32 bytes in base64, by the variable that contains them. */
  keys: z.record(z.string(), z.string()),
  internalTokenKeys: z.record(z.string(), z.string()),
  adminPassword: z.string(),
  apiKey: z.string(),
});

/** The secrets of an installation on one machine, in `secrets.json` of its data folder (mode 0600). */
export type Secrets = z.infer<typeof schema>;

/** Schema of the embedded event log. */
export const eventSchema = 'events';

/** Every schema of an installation. */
const schemas = [...owners.map(({ schema }) => schema), eventSchema];

/** The variables that contain keys, of all services or of some services. */
const keyNames = [...new Set(processNames.flatMap((name) => processEntry(name).keys))];

/**
 * Reads the secrets of a data folder, and generates them on the first start. They are on disk before anything uses
 * them, so the start after an interrupted start uses the same secrets.
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

/** Reads the secrets of a data folder; undefined when the platform was never started on it. */
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
  if (version !== undefined && version.format !== FORMAT) {
    const folder = `The data folder ${path.dirname(file)} was made by`;
    throw new StartError(
      version.format > FORMAT
        ? `${folder} a newer version of DripPulse. Start that version, or choose another folder with DATA_DIR.`
        : `${folder} a version before 0.1.0 of DripPulse, whose data no later one reads. Delete it, or choose another folder with DATA_DIR.`,
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
    return undefined; // not JSON, so there are no secrets
  }
}

/** A reason not to start, in one sentence for the user. */
export class StartError extends Error {
  override name = 'StartError';
}

/** Adds the secrets of services that did not exist in the version that made the folder. */
function withNewServices(found: Secrets): Secrets {
  const isComplete = serviceNames.every((service) => found.internalTokenKeys[service] !== undefined);
  return {
    ...found,
    keys: { ...makeKeys(), ...found.keys },
    rolePasswords: { ...makeRolePasswords(), ...found.rolePasswords },
    // All keys are generated together, because each service has the public keys of all others.
    internalTokenKeys: isComplete
      ? found.internalTokenKeys
      : renewInternalTokenKeys(serviceNames, Object.values(found.internalTokenKeys)),
  };
}

/** Makes new secrets of every kind. */
export function makeSecrets(): Secrets {
  return {
    format: FORMAT,
    postgresPassword: password(),
    kafkaPassword: password(),
    redisPassword: password(),
    rolePasswords: makeRolePasswords(),
    keys: makeKeys(),
    internalTokenKeys: generateInternalTokenKeys(serviceNames),
    adminPassword: password(),
    apiKey: createApiKeyText('live'),
  };
}

function makeRolePasswords(): Record<string, string> {
  return Object.fromEntries(schemas.map((schema) => [schema, password()]));
}

function makeKeys(): Record<string, string> {
  return Object.fromEntries(keyNames.map((name) => [name, randomBytes(32).toString('base64')]));
}

/**
 * Returns the generated secrets of a process, by the variables that contain them; `databaseUrl` is for the database
 * role of the process.
 */
export function secretsOf(
  process: ServiceName,
  secrets: Secrets,
  databaseUrl: string | undefined,
): Record<string, string> {
  const keys = processEntry(process).keys.map((key) => [key, secrets.keys[key] ?? '']);
  return {
    ...(databaseUrl !== undefined && { DATABASE_URL: databaseUrl }),
    INTERNAL_TOKEN_KEYS: secrets.internalTokenKeys[process] ?? '',
    ...Object.fromEntries(keys),
  };
}

/**
 * Returns the URL for the database role of a process, on the server of `serverUrl`; undefined when the process has no
 * schema.
 */
export function roleUrl(process: ServiceName, secrets: Secrets, serverUrl: string): string | undefined {
  const { schema } = processEntry(process);
  if (schema === undefined) return undefined;
  const url = new URL(serverUrl);
  url.username = `drippulse_${schema}`;
  url.password = secrets.rolePasswords[schema] ?? '';
  return url.href;
}

function password(): string {
  return randomBytes(18).toString('base64url');
}
