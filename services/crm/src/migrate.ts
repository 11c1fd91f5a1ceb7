import { migrate } from '@drippulse/db';
import { readConfig } from './config.ts';
import { migrations } from './db/migrations/index.ts';

export { migrations };

/** Brings the schema up to date and answers the names of the migrations applied. */
export function migrateService(url: string): Promise<string[]> {
  return migrate({ url, schema: 'crm', migrations });
}

if (import.meta.main) {
  const applied = await migrateService(readConfig(process.env).databaseUrl);
  console.log(applied.length === 0 ? 'nothing to migrate' : `applied ${applied.join(', ')}`);
}
