import type { TestFindings } from '@drippulse/providers';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import type { UsableConnection } from '../usable-connection.ts';

/** Stores the account and the scopes that a test found, unless the credentials have changed since the test. */
export async function storeFindings(
  ctx: Context,
  { id, organizationId, version }: UsableConnection,
  { account, scopes }: TestFindings,
): Promise<void> {
  await sql`
    update connections
    set account_id = coalesce(${account?.id ?? null}, account_id),
      account_name = coalesce(${account?.name ?? null}, account_name),
      granted_scopes = coalesce(${scopes === undefined ? null : [...scopes]}::text[], granted_scopes)
    where id = ${id} and organization_id = ${organizationId} and version = ${version}
      and (${account?.id ?? null}::text is distinct from account_id
        or ${account?.name ?? null}::text is distinct from account_name
        or ${scopes === undefined ? null : [...scopes]}::text[] is distinct from granted_scopes)`.execute(
    ctx.db.kysely,
  );
}
