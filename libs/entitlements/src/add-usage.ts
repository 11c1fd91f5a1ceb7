import type { MeterName } from '@drippulse/topology';
import { type RawBuilder, sql, type Transaction } from 'kysely';
import { periodOf } from './meters.ts';

/** An amount that was used. A negative amount is given back. */
export type Used = { organizationId: bigint; amount: number };

/**
 * Adds an amount to the usage, in the transaction of the effect that uses it. It ignores limits, which `findRoom`
 * enforces.
 */
export async function addUsage<DB>(
  trx: Transaction<DB>,
  meter: MeterName,
  used: readonly Used[],
  at: RawBuilder<Date>,
): Promise<void> {
  const counted = used.filter(({ amount }) => amount !== 0);
  if (counted.length === 0) return;
  await sql`${usageInsert(meter, usedRows(counted), at)}`.execute(trx);
}

/**
 * Returns the statement that adds amounts to the usage. As a `with` clause of the statement that has the effect, it
 * saves a round trip to the database. `rows` selects rows of `organization_id` and `amount`, which are summed up. `at`
 * may be a column of these rows.
 */
export function usageInsert(meter: MeterName, rows: RawBuilder<unknown>, at: RawBuilder<Date>): RawBuilder<unknown> {
  return sql`
    insert into usage_added (organization_id, meter, period_start, amount)
    select organization_id, ${meter}, ${periodOf(meter, at)}, sum(amount)
    from (${rows}) as used group by 1, 2, 3 having sum(amount) <> 0`;
}

/** Returns the usage as SQL rows, for `usageInsert`. */
export function usedRows(used: readonly Used[]): RawBuilder<unknown> {
  return sql`
    select * from unnest(
      ${used.map(({ organizationId }) => organizationId)}::bigint[],
      ${used.map(({ amount }) => amount)}::bigint[]) as used (organization_id, amount)`;
}
