import { migrate } from '@drippulse/db';
import { readMigrationConfig } from './config.ts';
import { migrations, schema } from './db/migrations/index.ts';

export { migrations };

/** Brings the schema up to date; answers the names of the migrations it applied. */
export function migrateService(url: string): Promise<string[]> {
  return migrate({ url, schema, migrations });
}

if (import.meta.main) {
  const { databaseUrl } = readMigrationConfig(process.env);
  const applied = await migrateService(databaseUrl);
  console.log(applied.length > 0 ? `identity: applied ${applied.join(', ')}` : 'identity: up to date');
}
