import { type Kysely, sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';

/**
 * A draw takes the missing amount, or the remaining limit divided by this number if that is more. The divisor is large,
 * because organizations do not give unused amounts back.
 */
const shareOfLeft = 100n;

/**
 * Draws room for an amount from the installation's daily limit into the share of an organization. The sum of all draws
 * never exceeds the limit. Returns whether the share has room. Runs in its own transaction, which locks the
 * organization's share first and the installation's row last, so that a transaction that has locked the installation's
 * row never waits.
 */
export async function drawShare(
  db: Kysely<DB>,
  {
    organizationId,
    key,
    day,
    endsAt,
    amountPicoUsd,
    limitPicoUsd,
  }: {
    organizationId: bigint;
    key: string;
    day: Date;
    endsAt: Date;
    amountPicoUsd: bigint;
    limitPicoUsd: bigint;
  },
): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    await sql`
      insert into spend_windows (key, organization_id, limit_pico_usd, ends_at)
      values (${key}, ${organizationId}, 0, ${endsAt}) on conflict (key) do nothing`.execute(trx);
    const { rows } = await sql<{ missing: bigint }>`
      select spent_pico_usd + reserved_pico_usd + ${amountPicoUsd} - limit_pico_usd as missing
      from spend_windows where key = ${key} for update`.execute(trx);
    const missing = rows[0]?.missing ?? 0n;
    if (missing <= 0n) return true;
    const taken = await takeOfDay(trx, { day: day.toISOString().slice(0, 10), missing, limitPicoUsd });
    if (taken === undefined) return false;
    await sql`update spend_windows set limit_pico_usd = limit_pico_usd + ${taken} where key = ${key}`.execute(trx);
    return true;
  });
}

async function takeOfDay(
  trx: Transaction<DB>,
  { day, missing, limitPicoUsd }: { day: string; missing: bigint; limitPicoUsd: bigint },
): Promise<bigint | undefined> {
  await sql`
    insert into installation_days (day, drawn_pico_usd) values (${day}::date, 0) on conflict (day) do nothing`.execute(
    trx,
  );
  const { rows } = await sql<{ drawn: bigint }>`
    select drawn_pico_usd as drawn from installation_days where day = ${day}::date for update`.execute(trx);
  const left = limitPicoUsd - (rows[0]?.drawn ?? 0n);
  if (left < missing) return undefined;
  const tranche = left / shareOfLeft;
  const wanted = tranche > missing ? tranche : missing;
  const taken = wanted < left ? wanted : left;
  await sql`
    update installation_days set drawn_pico_usd = drawn_pico_usd + ${taken} where day = ${day}::date`.execute(trx);
  return taken;
}
