import { provisionSchema } from '@drippulse/db';
import { owners } from '@drippulse/topology';
import pg from 'pg';
import { readDump, readDumpSecrets } from './dumps.ts';

/** Restores each schema of a dump on an empty server, as the role that owns it. */
export async function restoreDump(adminUrl: string, version: string): Promise<void> {
  const { rolePasswords } = readDumpSecrets(version);
  for (const schema of [...owners.map((owner) => owner.schema), 'events']) {
    const statements = readDump(version, schema);
    if (statements === undefined) continue;
    const password = rolePasswords[schema] ?? '';
    const url = await provisionSchema({ adminUrl, schema, role: `drippulse_${schema}`, password });
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      await client.query(statements);
    } finally {
      await client.end();
    }
  }
}
