import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Secrets } from '@drippulse/local/secrets';

const folder = path.resolve(import.meta.dirname, '../dumps');

/** Returns the folder of a version's dump. */
export function dumpFolder(version: string): string {
  return path.join(folder, version);
}

/** Returns the newest version with a committed dump. */
export function newestDump(): string {
  const [newest] = readdirSync(folder).sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
  if (newest === undefined) throw new Error(`${folder} holds no dump`);
  return newest;
}

/** Reads the SQL of one schema; undefined when that version did not have the schema. */
export function readDump(version: string, schema: string): string | undefined {
  const file = path.join(dumpFolder(version), `${schema}.sql`);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

/** Reads the keys and passwords of the installation that was dumped. */
export function readDumpSecrets(version: string): Secrets {
  return JSON.parse(readFileSync(path.join(dumpFolder(version), 'secrets.json'), 'utf8'));
}
