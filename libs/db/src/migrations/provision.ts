import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { codeOf } from '../failures/failures.ts';
import { checkIdentifier } from '../identifiers.ts';

/** Roles belong to the whole server, so databases that are provisioned concurrently may conflict in the catalog. */
const catalogTries = 10;
/** SQLSTATEs of objects that another session changed or created at the same time. */
const catalogConflicts = new Set(['XX000', '23505', '42710', '42P06']);

/** The extensions that migrations of services need. The role of a service may not create them itself. */
const extensions = ['pg_trgm', 'btree_gin'];

const connectTimeoutMs = 10_000;

/**
 * Creates or updates the login role of one service and the schema that it owns, in the database of `adminUrl`. Returns
 * the URL to connect with. The role has no rights on any other schema. The call may be repeated; a new password
 * replaces the old one.
 */
export async function provisionSchema(options: {
  adminUrl: string;
  schema: string;
  role: string;
  password: string;
}): Promise<string> {
  const { adminUrl, schema, role, password } = options;
  checkIdentifier(schema);
  checkIdentifier(role);
  const client = new pg.Client({ connectionString: adminUrl, connectionTimeoutMillis: connectTimeoutMs });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await retryCatalogConflicts(() => createRole(client, role, password));
    await retryCatalogConflicts(() => createSchema(client, schema, role));
    for (const extension of extensions) await retryCatalogConflicts(() => createExtension(client, extension));
  } finally {
    await client.end();
  }
  const url = new URL(adminUrl);
  url.username = encodeURIComponent(role);
  url.password = encodeURIComponent(password);
  return url.href;
}

async function createRole(client: pg.Client, role: string, password: string): Promise<void> {
  const { rows } = await client.query('select 1 from pg_roles where rolname = $1', [role]);
  if (rows.length === 0) await client.query(`create role ${role}`);
  await client.query(
    `alter role ${role} with login nocreatedb nocreaterole password ${client.escapeLiteral(password)}`,
  );
  // A role that is not a superuser must be a member of the new role to create a schema for it.
  const { rows: own } = await client.query(
    `select current_user as name, pg_has_role(current_user, $1, 'member') as member`,
    [role],
  );
  if (own[0].member === false) await client.query(`grant ${role} to ${client.escapeIdentifier(own[0].name)}`);
}

async function createSchema(client: pg.Client, schema: string, role: string): Promise<void> {
  await client.query(`create schema if not exists ${schema} authorization ${role}`);
  await client.query(`alter schema ${schema} owner to ${role}`);
  await client.query(`revoke all on schema ${schema} from public`);
  const { rows } = await client.query('select current_database() as name');
  await client.query(
    `alter role ${role} in database ${client.escapeIdentifier(rows[0].name)} set search_path = ${schema}`,
  );
}

async function createExtension(client: pg.Client, extension: string): Promise<void> {
  await client.query(`create extension if not exists ${extension} with schema public`);
}

async function retryCatalogConflicts(change: () => Promise<void>): Promise<void> {
  for (let left = catalogTries; ; left -= 1) {
    try {
      return await change();
    } catch (error) {
      if (left <= 1 || !catalogConflicts.has(codeOf(error) ?? '')) throw error;
      await sleep(20 + Math.random() * 80);
    }
  }
}
