import { provisionSchema } from '@drippulse/db';
import { owners } from '@drippulse/topology';
import pg from 'pg';
import { readDump, readDumpSecrets } from './dumps.ts';

/** Restores each schema of a dump on an empty server, as the schema's owner. */
export async function restoreDump(adminUrl: string, version: string): Promise<void> {
  for (const schema of [...owners.map((owner) => owner.schema), 'events']) {
    const statements = readDump(version, schema);
    if (statements === undefined) continue;
    const url = await ownerUrl(adminUrl, version, schema);
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      await client.query(statements);
    } finally {
      await client.end();
    }
  }
}

/**
 * Returns the address of the role that owns a schema of the dump. Migrations run as this role, so that it owns new
 * tables.
 */
export async function ownerUrl(adminUrl: string, version: string, schema: string): Promise<string> {
  const password = readDumpSecrets(version).rolePasswords[schema] ?? '';
  return provisionSchema({ adminUrl, schema, role: `drippulse_${schema}`, password });
}
