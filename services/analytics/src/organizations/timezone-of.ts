import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { resumDays } from '../rollups/resum-days.ts';
import { askTimezone } from './ask-timezone.ts';

const askEveryMs = 30_000;

/**
 * Returns the time zone of an organization. If the time zone has changed, first sums the organization's days again from
 * its quarter hours. Each process requests the time zone from identity every 30 s. All processes use the stored time
 * zone, so they change over at the same time. While identity is unavailable, the stored time zone applies.
 */
export async function timezoneOf(ctx: Context, organizationId: bigint): Promise<string> {
  const known = ctx.timezones.get(organizationId);
  const now = ctx.clock.now().getTime();
  const stored = await ctx.db.kysely
    .selectFrom('organizations')
    .select('timezone')
    .where('organization_id', '=', organizationId)
    .executeTakeFirst();
  if (known !== undefined && now < known.askAgainAt) return stored?.timezone ?? known.timezone;
  const timezone = await askOr(ctx, organizationId, stored?.timezone);
  if (stored !== undefined && stored.timezone !== timezone) await changeTimezone(ctx, organizationId, timezone);
  if (ctx.timezones.size > mostRemembered) ctx.timezones.clear();
  ctx.timezones.set(organizationId, { timezone, askAgainAt: now + askEveryMs });
  return timezone;
}

const mostRemembered = 10_000;

async function askOr(ctx: Context, organizationId: bigint, stored: string | undefined): Promise<string> {
  try {
    return await askTimezone(ctx, organizationId);
  } catch (error) {
    if (stored === undefined) throw error;
    ctx.log.warn({ err: error, organization_id: String(organizationId) }, 'time zone not known, using the last one');
    return stored;
  }
}

async function changeTimezone(ctx: Context, organizationId: bigint, timezone: string): Promise<void> {
  await ctx.db.kysely.transaction().execute(async (trx) => {
    await sql`select from organizations where organization_id = ${organizationId} for update`.execute(trx);
    const { rows } = await sql<{ from: Date | null; until: Date | null }>`
      select min(at) as from, max(at) + interval '15 minutes' as until
      from rollup_quarters where organization_id = ${organizationId}`.execute(trx);
    const { from, until } = rows[0] ?? {};
    if (from && until) {
      // Deletes the days that were summed in the old time zone, from the first day whose quarter hours are still kept.
      await sql`
        delete from rollup_days using organizations
        where rollup_days.organization_id = ${organizationId} and organizations.organization_id = ${organizationId}
          and at >= date_trunc('day', ${from}::timestamptz, timezone)`.execute(trx);
    }
    await sql`update organizations set timezone = ${timezone} where organization_id = ${organizationId}`.execute(trx);
    if (from && until) await resumDays(trx, organizationId, { from, until });
  });
}
