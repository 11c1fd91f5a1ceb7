import { isInfrastructureError } from '@drippulse/db';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { DB } from '../db/schema.ts';

/**
 * Maximum time that a sweep waits for locked windows of an organization before it leaves the reservation and continues.
 */
const patienceMs = 1_000;
const lockTimeoutCode = '55P03';

type Due = { created_at: Date; execution_id: bigint; seq: number; attempt: number; amount_pico_usd: bigint };

/** Time by which the sweep defers a reservation that it could not settle. */
const putOffSeconds = 60;

/**
 * The outcome of a sweep: the number of reservations settled, the number left because their windows were locked, the
 * charges, and the failures.
 */
export type Swept = {
  settled: number;
  left: number;
  assumedPicoUsd: bigint[];
  failures: { executionId: bigint; error: unknown }[];
};

/**
 * Assumes the full cost of sent calls whose process has died, and releases unsent reservations. A reservation whose
 * windows are locked is left for the next sweep. A reservation that cannot be settled is deferred, so that it does not
 * block others.
 */
export async function sweep(db: Kysely<DB>, limit: number): Promise<Swept> {
  const { rows } = await sql<Due>`
    select created_at, execution_id, seq, attempt, amount_pico_usd from reservations
    where state = 'open' and lease_until <= clock_timestamp() order by lease_until limit ${limit}`.execute(db);
  const swept: Swept = { settled: 0, left: 0, assumedPicoUsd: [], failures: [] };
  for (const due of rows) {
    try {
      const charge = await assume(db, due);
      if (charge === undefined) swept.left += 1;
      else swept.settled += 1;
      if (charge !== undefined && charge > 0n) swept.assumedPicoUsd.push(charge);
    } catch (error) {
      if (isInfrastructureError(error)) throw error;
      swept.failures.push({ executionId: due.execution_id, error });
      await putOff(db, due);
    }
  }
  return swept;
}

/**
 * Settles a reservation in its own transaction, so that no organization waits for the windows of another. Returns the
 * charge; undefined if the windows are locked.
 */
async function assume(db: Kysely<DB>, due: Due): Promise<bigint | undefined> {
  const { amount_pico_usd: amountPicoUsd } = due;
  const own = isOf(due);
  try {
    return await db.transaction().execute(async (trx) => {
      await sql`select set_config('lock_timeout', ${String(patienceMs)}, true)`.execute(trx);
      // The lease is checked again, because the process that made the reservation may have renewed it.
      await sql`
        select settle_spend(created_at, execution_id, seq, attempt, ${amountPicoUsd}, 'assumed', 0, 0, 0) from reservations
        where ${own} and state = 'open' and lease_until <= clock_timestamp()`.execute(trx);
      const { rows } = await sql<{ charge: bigint }>`
        select charged_pico_usd as charge from reservations where ${own} and state = 'assumed'`.execute(trx);
      return rows[0]?.charge ?? 0n;
    });
  } catch (error) {
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === lockTimeoutCode)
      return undefined;
    throw error;
  }
}

async function putOff(db: Kysely<DB>, due: Due): Promise<void> {
  await sql`
    update reservations set lease_until = clock_timestamp() + make_interval(secs => ${putOffSeconds})
    where ${isOf(due)} and state = 'open'`.execute(db);
}

function isOf({ created_at: createdAt, execution_id: executionId, seq, attempt }: Due): RawBuilder<unknown> {
  return sql`created_at = ${createdAt} and execution_id = ${executionId} and seq = ${seq} and attempt = ${attempt}`;
}
