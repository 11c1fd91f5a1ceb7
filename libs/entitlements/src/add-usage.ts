import type { MeterName } from '@drippulse/topology';
import { type RawBuilder, sql, type Transaction } from 'kysely';
import { periodOf } from './meters.ts';

/** Something that was used, or, with a negative amount, given back. */
export type Used = { organizationId: bigint; amount: number };

/** Counts what was used, in the transaction of the effect. Limits do not matter: `findRoom` keeps them. */
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
 * The statement by which what was used is counted, for a `with` of the statement that has the effect: it costs no way
 * to the database.
 * `rows` are SQL rows of `organization_id` and `amount`, which are summed up. `at` may be a column of theirs.
 */
export function usageInsert(meter: MeterName, rows: RawBuilder<unknown>, at: RawBuilder<Date>): RawBuilder<unknown> {
  return sql`
    insert into usage_added (organization_id, meter, period_start, amount)
    select organization_id, ${meter}, ${periodOf(meter, at)}, sum(amount)
    from (${rows}) as used group by 1, 2, 3 having sum(amount) <> 0`;
}

/** The usage as SQL rows, for `usageInsert`. */
export function usedRows(used: readonly Used[]): RawBuilder<unknown> {
  return sql`
    select * from unnest(
      ${used.map(({ organizationId }) => organizationId)}::bigint[],
      ${used.map(({ amount }) => amount)}::bigint[]) as used (organization_id, amount)`;
}
