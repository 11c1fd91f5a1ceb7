import { type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { Customers, DB } from '../db/schema.ts';
import { freeState, storeState } from '../subscriptions/state.ts';

export type CustomerRow = Selectable<Customers>;

/** The reason why something may have changed at Stripe. */
export type MarkSource = 'hook' | 'write' | 'return' | 'sweep';

/** Finds the row of an organization. Returns undefined for an organization that has never used Stripe. */
export async function findCustomer(db: Kysely<DB>, organizationId: bigint): Promise<CustomerRow | undefined> {
  return db.selectFrom('customers').selectAll().where('organization_id', '=', organizationId).executeTakeFirst();
}

/** Returns the row of an organization. Creates a missing row. */
export async function requireCustomer(
  ctx: Pick<Context, 'dbNow'>,
  trx: Transaction<DB>,
  organizationId: bigint,
): Promise<CustomerRow> {
  await trx
    .insertInto('customers')
    .values({ organization_id: organizationId, state: storeState(freeState), due_at: ctx.dbNow, created_at: ctx.dbNow })
    .onConflict((oc) => oc.column('organization_id').doNothing())
    .execute();
  return trx
    .selectFrom('customers')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .forUpdate()
    .executeTakeFirstOrThrow();
}

/**
 * Marks customers as possibly changed at Stripe, so that they are fetched immediately. Returns the number of marked
 * customers. A mark by the sweep does not replace an earlier reason, so `sweep` as the source of a difference means
 * that nothing else had reported the difference.
 */
export async function markCustomers(
  ctx: Pick<Context, 'dbNow'>,
  db: Kysely<DB>,
  which: { stripeIds: readonly string[] } | { organizationId: bigint },
  source: MarkSource,
): Promise<number> {
  const condition =
    'stripeIds' in which
      ? sql`stripe_customer_id = any(${which.stripeIds}::text[])`
      : sql`organization_id = ${which.organizationId}`;
  const { numAffectedRows } = await sql`
    update customers
    set marks = marks + 1, due_at = ${ctx.dbNow}, failures = 0,
      mark_source = case when marks = fetched_marks or mark_source = 'sweep' then ${source} else mark_source end
    where ${condition}`.execute(db);
  return Number(numAffectedRows ?? 0n);
}
