import { migrateByEnvironment } from '@drippulse/db';
import { type ServiceName, schemaOf } from '@drippulse/topology';
import type { Migration } from 'kysely/migration';

/** Runs a service's whole migrate.ts: brings the schema of DATABASE_URL up to date and prints applied migrations. */
export async function runMigration(own: { name: ServiceName; migrations: Record<string, Migration> }): Promise<void> {
  console.log(await migrateByEnvironment(process.env, { schema: schemaOf(own.name), migrations: own.migrations }));
}
