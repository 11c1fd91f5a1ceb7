import { migrateByEnvironment } from '@drippulse/db';
import { type ServiceName, schemaOf } from '@drippulse/topology';
import type { Migration } from 'kysely/migration';

/**
 * Runs the whole migrate.ts of a service: brings the schema of DATABASE_URL up to date and prints the applied
 * migrations.
 */
export async function runMigration(own: { name: ServiceName; migrations: Record<string, Migration> }): Promise<void> {
  console.log(await migrateByEnvironment(process.env, { schema: schemaOf(own.name), migrations: own.migrations }));
}
