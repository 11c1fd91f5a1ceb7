import { type Caller, fromConnectError } from '@drippulse/rpc';
import { serviceOf } from '@drippulse/topology';
import { sql } from 'kysely';
import type { Context } from '../context.ts';

/**
 * Asks identity for the time zone of an organization. Returns UTC for a time zone that PostgreSQL does not support.
 * Throws `organization_deleted` if the organization was deleted.
 */
export async function askTimezone(ctx: Context, organizationId: bigint): Promise<string> {
  const { account } = await ctx.clients
    .identity(ownCaller(organizationId))
    .getAccount({})
    .catch((error: unknown) => {
      throw fromConnectError(error);
    });
  const timezone = account?.timezone || 'UTC';
  if (await isKnown(ctx, timezone)) return timezone;
  ctx.log.warn({ organization_id: String(organizationId), timezone }, 'the database does not know this time zone');
  return 'UTC';
}

/**
 * Whether PostgreSQL supports a time zone. The list of time zones differs between installations. With an unsupported
 * time zone, the counting would fail.
 */
async function isKnown({ db }: Context, timezone: string): Promise<boolean> {
  try {
    await sql`select date_trunc('day', clock_timestamp(), ${timezone}::text)`.execute(db.kysely);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === invalidParameterValue) return false;
    throw error;
  }
}

const invalidParameterValue = '22023';

function ownCaller(organizationId: bigint): Caller {
  return { organizationId, actor: { type: 'service', id: serviceOf('analytics') }, role: 'viewer', mode: 'live' };
}
