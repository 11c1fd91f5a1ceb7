import { type Caller, fromConnectError } from '@drippulse/rpc';
import { serviceOf } from '@drippulse/topology';
import { sql } from 'kysely';
import type { Context } from '../context.ts';

/**
 * The time zone of an organization, as identity knows it; UTC where the database does not know that zone.
 * `organization_deleted` when the organization was deleted.
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

/** Each installation of PostgreSQL has a list of its own. By an unknown zone no fact could be counted. */
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
