import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { endApprovals } from './end-approvals.ts';

const slice = 500;

/**
 * Expires approvals whose time is over. A run whose wait times out ends its step's approval itself, but a paused run
 * does not wake, so this function expires the approvals of paused runs too. Returns whether there may be more expired
 * approvals.
 */
export async function expireApprovals(ctx: Context): Promise<boolean> {
  const expired = await ctx.db.kysely.transaction().execute((trx) =>
    endApprovals(
      ctx,
      trx,
      // Locked rows are skipped, because they are being decided or cancelled.
      sql<boolean>`id in (
        select id from approvals where status = 'pending' and expires_at <= ${ctx.dbNow}
        order by expires_at limit ${slice} for update skip locked)`,
      'expired',
    ),
  );
  if (expired > 0) ctx.relay.wake();
  return expired === slice;
}

/** Returns the milliseconds until the next approval expires; undefined when no approval is pending. */
export async function nextExpiryMs({ db, dbNow }: Context): Promise<number | undefined> {
  const { rows } = await sql<{ ms: number }>`
    select greatest(0, extract(epoch from expires_at - ${dbNow}) * 1000)::float8 as ms from approvals
    where status = 'pending' order by expires_at limit 1`.execute(db.kysely);
  return rows[0]?.ms;
}

/** Deletes approvals that ended longer ago than history is kept. Returns whether there may be more such approvals. */
export async function forgetApprovals({ db, dbNow, config }: Context): Promise<boolean> {
  const { numAffectedRows = 0n } = await sql`
    delete from approvals where id in (
      select id from approvals
      where status <> 'pending' and decided_at < ${dbNow} - ${config.historyDays} * interval '1 day'
      order by decided_at limit ${slice} for update skip locked)`.execute(db.kysely);
  return numAffectedRows === BigInt(slice);
}
