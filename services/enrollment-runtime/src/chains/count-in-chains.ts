import { sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';

/** Identifies a chain of an organization. */
export type ChainKey = { organizationId: bigint; cause: string };

/**
 * Counts one enrollment or record for each item against the budget of its chain. Returns for each, in order, whether
 * the budget covers it. The count is part of the transaction that makes the items, so retries never count twice. Items
 * that a cause starts directly are not counted, so a cause from which nothing further follows has no row.
 */
export async function countInChains(
  { config }: Pick<Context, 'config'>,
  trx: Transaction<DB>,
  items: readonly ChainKey[],
): Promise<boolean[]> {
  if (items.length === 0) return [];
  const asked = [...Map.groupBy(items, keyOf).values()].flatMap((same) => {
    const [first] = same;
    return first === undefined ? [] : [{ ...first, count: same.length }];
  });
  // Rows are locked in the order of their keys, so that two transactions never deadlock.
  const { rows } = await sql<{ organization_id: bigint; cause: string; counted: bigint }>`
    insert into chains as chain (organization_id, cause, counted)
    select organization_id, cause, counted from unnest(
      ${asked.map(({ organizationId }) => organizationId)}::bigint[],
      ${asked.map(({ cause }) => cause)}::text[],
      ${asked.map(({ count }) => count)}::bigint[]) as asked (organization_id, cause, counted)
    order by organization_id, cause
    on conflict (organization_id, cause) do update
      set counted = chain.counted + excluded.counted, counted_on = excluded.counted_on
    returning organization_id, cause, counted`.execute(trx);
  const after = new Map(
    rows.map((row) => [keyOf({ ...row, organizationId: row.organization_id }), Number(row.counted)]),
  );
  const left = new Map(
    asked.map((one) => [keyOf(one), config.chainBudget - ((after.get(keyOf(one)) ?? 0) - one.count)]),
  );
  return items.map((item) => {
    const key = keyOf(item);
    const rest = left.get(key) ?? 0;
    left.set(key, rest - 1);
    return rest > 0;
  });
}

function keyOf({ organizationId, cause }: ChainKey): string {
  return `${organizationId} ${cause}`;
}
