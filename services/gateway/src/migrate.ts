import { migrate, migrateByEnvironment } from '@drippulse/db';
import { migrations, schema } from './db/migrations/index.ts';

export { migrations };

/** Applies the missing migrations and answers their names. */
export function migrateService(url: string): Promise<string[]> {
  return migrate({ url, schema, migrations });
}

if (import.meta.main) console.log(await migrateByEnvironment(process.env, { schema, migrations }));
