import { DomainError } from '@drippulse/errors';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { askTimezone } from './ask-timezone.ts';

/**
 * Stores the time zones of new organizations, which determine when their days start. Fails if identity is unavailable,
 * so that no day is counted in a wrong time zone. Does not store a deleted organization.
 */
export async function knowOrganizations(ctx: Context, organizationIds: readonly bigint[]): Promise<void> {
  const ids = [...new Set(organizationIds)].filter((id) => !ctx.knownOrganizations.has(id));
  if (ids.length === 0) return;
  const rows = await ctx.db.kysely
    .selectFrom('organizations')
    .select('organization_id')
    .where('organization_id', 'in', ids)
    .execute();
  for (const row of rows) ctx.knownOrganizations.add(row.organization_id);
  for (const id of ids) {
    if (ctx.knownOrganizations.has(id)) continue;
    const timezone = await askUnlessDeleted(ctx, id);
    if (timezone === undefined) continue;
    await sql`
      insert into organizations (organization_id, timezone) values (${id}, ${timezone}) on conflict do nothing`.execute(
      ctx.db.kysely,
    );
    ctx.knownOrganizations.add(id);
  }
}

async function askUnlessDeleted(ctx: Context, organizationId: bigint): Promise<string | undefined> {
  try {
    return await askTimezone(ctx, organizationId);
  } catch (error) {
    if (error instanceof DomainError && error.reason === 'organization_deleted') return undefined;
    throw error;
  }
}
