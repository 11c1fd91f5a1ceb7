import { createIdempotencyTable } from '@drippulse/db';
import { createOutboxTables } from '@drippulse/events';
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await createIdempotencyTable(db);
  await createOutboxTables(db);
  await createWorkflows(db);
  await createVersions(db);
}

async function createWorkflows(db: Kysely<unknown>): Promise<void> {
  await sql`create sequence workflows_change_seq as bigint`.execute(db);
  await db.schema
    .createTable('workflows')
    .addColumn('id', 'bigint', (c) => c.primaryKey().generatedAlwaysAsIdentity())
    .addColumn('organization_id', 'bigint', (c) => c.notNull())
    .addColumn('project_id', 'bigint')
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('description', 'text')
    .addColumn('status', 'text', (c) => c.notNull())
    .addColumn('version', 'integer', (c) => c.notNull())
    .addColumn('integrations', 'json', (c) => c.notNull())
    .addColumn('sequence', 'bigint', (c) => c.notNull())
    .addColumn('change', 'bigint', (c) => c.notNull())
    .addColumn('created_at', 'timestamptz', (c) => c.notNull())
    .addColumn('updated_at', 'timestamptz', (c) => c.notNull())
    .addColumn('deleted_at', 'timestamptz')
    .addCheckConstraint('workflows_status_check', sql`status in ('draft', 'active', 'paused', 'archived')`)
    .execute();

  // One index for each combination of list filters. Each ends in the id, the order of the list.
  await sql`create index workflows_organization_id_id_idx
    on workflows (organization_id, id) where deleted_at is null`.execute(db);
  await sql`create index workflows_organization_id_status_id_idx
    on workflows (organization_id, status, id) where deleted_at is null`.execute(db);
  await sql`create index workflows_organization_id_project_id_id_idx
    on workflows (organization_id, project_id, id) where deleted_at is null`.execute(db);
  await sql`create index workflows_organization_id_project_id_status_id_idx
    on workflows (organization_id, project_id, status, id) where deleted_at is null`.execute(db);
  // Not led by the organization: services read the change log of all organizations.
  await sql`create unique index workflows_change_key on workflows (change)`.execute(db);
}

/** Steps are apart from the row, so that lists of ids and counts read narrow rows and a version is written once. */
async function createVersions(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('workflow_versions')
    .addColumn('workflow_id', 'bigint', (c) => c.notNull())
    .addColumn('version', 'integer', (c) => c.notNull())
    // json, not jsonb: numbers keep every digit, and 1e131071 stays as short as it is.
    .addColumn('steps', 'json', (c) => c.notNull())
    .addColumn('created_at', 'timestamptz', (c) => c.notNull())
    .addPrimaryKeyConstraint('workflow_versions_pkey', ['workflow_id', 'version'])
    .addForeignKeyConstraint('workflow_versions_workflow_id_fkey', ['workflow_id'], 'workflows', ['id'])
    .execute();
}
