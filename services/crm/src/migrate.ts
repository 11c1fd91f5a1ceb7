import { migrate, migrateByEnvironment } from '@drippulse/db';
import { migrations } from './db/migrations/index.ts';

const schema = 'crm';

export { migrations };

/** Migrates the schema and returns the names of the migrations applied. */
export function migrateService(url: string): Promise<string[]> {
  return migrate({ url, schema, migrations });
}

if (import.meta.main) console.log(await migrateByEnvironment(process.env, { schema, migrations }));
