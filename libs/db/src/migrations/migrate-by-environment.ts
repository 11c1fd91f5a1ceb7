import { readEnv } from '@drippulse/process';
import type { Migration } from 'kysely/migration';
import { z } from 'zod';
import { migrate } from './migrate.ts';
import { provisionSchema } from './provision.ts';

const postgresUrl = z.url({ protocol: /^postgres(ql)?$/ });
const environment = z.object({ DATABASE_URL: postgresUrl, ADMIN_DATABASE_URL: postgresUrl.optional() });

/**
 * Runs the migrations of a service, for its migrate.ts: brings the schema of DATABASE_URL up to date and returns a
 * sentence that lists the applied migrations. With ADMIN_DATABASE_URL (a role that may create roles, in the same
 * database) it first creates the role of DATABASE_URL, with its password, and the schema that the role owns. Throws a
 * ConfigError for a malformed environment. It may be repeated, and may run in several processes at the same time.
 */
export async function migrateByEnvironment(
  env: NodeJS.ProcessEnv,
  { schema, migrations }: { schema: string; migrations: Record<string, Migration> },
): Promise<string> {
  const { DATABASE_URL: url, ADMIN_DATABASE_URL: adminUrl } = readEnv(environment, env);
  if (adminUrl !== undefined) {
    const { username, password } = new URL(url);
    await provisionSchema({
      adminUrl,
      schema,
      role: decodeURIComponent(username),
      password: decodeURIComponent(password),
    });
  }
  const applied = await migrate({ url, schema, migrations });
  return applied.length > 0 ? `${schema}: applied ${applied.join(', ')}` : `${schema}: up to date`;
}
