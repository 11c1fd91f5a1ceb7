import { DomainError } from '@drippulse/errors';
import { fromConnectError } from '@drippulse/rpc';
import { serviceOf } from '@drippulse/topology';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import type { Budgets } from './budgets.ts';

const timeoutMs = 2_000;

/**
 * Reads and stores the time zone of an organization, which determines the days and months of budgets. Returns whether
 * the time zone has changed. If identity is unavailable, the stored time zone applies, or UTC if none is stored.
 */
export async function refreshTimezone(
  ctx: Context,
  organizationId: bigint,
  { timezone, isZoneOld, day }: Budgets,
): Promise<boolean> {
  if (!isZoneOld) return false;
  const found = await askIdentity(ctx, organizationId);
  if (found === undefined) return false;
  // Ignores a time zone that PostgreSQL does not support.
  await sql`
    insert into agent_budgets (organization_id, timezone, timezone_read_at, updated_at)
    select ${organizationId}, coalesce((select name from pg_timezone_names where name = ${found}), ${timezone}), clock_timestamp(),
      ${day.start}
    on conflict (organization_id) do update set timezone = excluded.timezone, timezone_read_at = excluded.timezone_read_at`.execute(
    ctx.db.kysely,
  );
  return found !== timezone;
}

async function askIdentity(ctx: Context, organizationId: bigint): Promise<string | undefined> {
  const actor = { type: 'service' as const, id: serviceOf('agents') };
  try {
    const caller = { organizationId, actor, role: 'viewer' as const, mode: 'live' as const };
    const { account } = await ctx.clients.account(caller).getAccount({}, { timeoutMs });
    return account?.timezone;
  } catch (error) {
    if (fromConnectError(error) instanceof DomainError) return undefined;
    throw error;
  }
}
