import { setTimeout as sleep } from 'node:timers/promises';
import { DomainError } from '@drippulse/errors';
import { Kysely, PostgresDialect, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import pg from 'pg';
import { codeOf } from '../failures/failures.ts';
import { checkIdentifier } from '../identifiers.ts';

/**
 * Time for which a migration waits for a lock. It then gives up, so that the statements queued behind it can run, and
 * tries again.
 */
const lockTimeoutMs = 3_000;
const lockTries = 20;
const connectTimeoutMs = 10_000;
const migratingLock = 6_308_117;
const migratingPollMs = 50;

type Migrations = Record<string, Migration>;

/**
 * Applies the migrations that the schema lacks, in the order of their names, and returns these names. Creates the
 * schema if it is missing and the role may create it. Several processes may call it at the same time: one works, the
 * others wait. Refuses a schema with migrations that are not in the list (`schema_too_new`).
 */
export async function migrate(options: { url: string; schema: string; migrations: Migrations }): Promise<string[]> {
  const { url, schema, migrations } = options;
  const pool = new pg.Pool({
    connectionString: url,
    options: `-c search_path=${checkIdentifier(schema)}`,
    max: 1,
    lock_timeout: lockTimeoutMs,
    // A statement may run for a long time, so only TCP keepalive detects a lost server.
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: connectTimeoutMs,
  });
  pool.on('error', () => undefined);
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  try {
    await lockMigrating(db);
    await ensureSchema(db, schema);
    await refuseNewerSchema(db, schema, migrations);
    return await apply(db, schema, migrations);
  } finally {
    await db.destroy();
  }
}

/**
 * Locks the migrations of this database until the connection ends. Polls, because a blocking wait would run into the
 * lock timeout.
 */
async function lockMigrating(db: Kysely<unknown>): Promise<void> {
  for (;;) {
    const { rows } = await sql<{ locked: boolean }>`
      select pg_try_advisory_lock(${migratingLock}) as locked`.execute(db);
    if (rows[0]?.locked) return;
    await sleep(migratingPollMs);
  }
}

async function apply(db: Kysely<unknown>, schema: string, migrations: Migrations): Promise<string[]> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => migrations },
    migrationTableSchema: schema,
  });
  for (let left = lockTries; ; left -= 1) {
    const { error, results } = await migrator.migrateToLatest();
    if (error === undefined) return (results ?? []).map(({ migrationName }) => migrationName);
    if (left < 1 || codeOf(error) !== '55P03') throw error;
    await sleep(100 + Math.random() * 400);
  }
}

/**
 * Creates the schema if it is missing. It looks first, because `create schema if not exists` needs the right to create
 * even when the schema exists.
 */
async function ensureSchema(db: Kysely<unknown>, schema: string): Promise<void> {
  const { rows } = await sql`select 1 from pg_namespace where nspname = ${schema}`.execute(db);
  if (rows.length > 0) return;
  try {
    await sql`create schema if not exists ${sql.id(schema)}`.execute(db);
  } catch (error) {
    // Two processes may both have found the schema missing.
    if (codeOf(error) !== '23505' && codeOf(error) !== '42P06') throw error;
  }
}

async function refuseNewerSchema(db: Kysely<unknown>, schema: string, migrations: object): Promise<void> {
  const { rows: tables } = await sql`
    select 1 from pg_tables where schemaname = ${schema} and tablename = 'kysely_migration'`.execute(db);
  if (tables.length === 0) return;
  const { rows } = await sql<{ name: string }>`
    select name from ${sql.id(schema, 'kysely_migration')} order by name`.execute(db);
  const unknown = rows.find((row) => !(row.name in migrations));
  if (unknown === undefined) return;
  throw new DomainError(
    'failed_precondition',
    'schema_too_new',
    `The data of "${schema}" were written by a newer version (it has "${unknown.name}"): run that version or a later one.`,
  );
}
