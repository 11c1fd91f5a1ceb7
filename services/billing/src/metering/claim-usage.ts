import { type Selectable, sql } from 'kysely';
import type { Context } from '../context.ts';
import type { Customers } from '../db/schema.ts';

/** Minutes between two checks of the usage of an organization that pays for use beyond its plan. */
const everyMinutes = 5;

/**
 * `is_new` says that the organization has just set a spend cap for use beyond its plan, so its earlier use costs
 * nothing.
 */
export type UsageClaim = Selectable<Customers> & { is_new: boolean };

/**
 * Claims an organization whose use is due for a check. Returns undefined when no organization is due. If the process
 * dies, the next check takes place at the usual time.
 */
export async function claimUsage({ db, dbNow }: Context): Promise<UsageClaim | undefined> {
  const { rows } = await sql<UsageClaim>`
    with due as materialized (
      select customers.organization_id, usage_due_at is null as is_new from settings join customers using (organization_id)
      where spend_cap_cents > 0 and stripe_customer_id is not null and (usage_due_at is null or usage_due_at <= ${dbNow})
      order by usage_due_at nulls first limit 1 for update of customers skip locked)
    update customers set usage_due_at = ${dbNow} + ${everyMinutes} * interval '1 minute'
    from due where customers.organization_id = due.organization_id
    returning customers.*, is_new`.execute(db.kysely);
  return rows[0];
}
