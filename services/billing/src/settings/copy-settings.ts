import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { requireStripe } from '../stripe/account.ts';
import { customerParams } from './customer-params.ts';
import type { SettingsRow } from './rows.ts';

const pauseSeconds = 30;

type Due = SettingsRow & { stripe_customer_id: string };

/**
 * Copies the due settings of one organization to its customer at Stripe. The idempotency key includes the revision, so
 * a repeat does no harm, and a later revision is copied later. Returns whether settings were due.
 */
export async function copySettings(ctx: Context): Promise<boolean> {
  const { rows } = await sql<Due>`
    update settings set copy_due_at = ${ctx.dbNow} + ${pauseSeconds} * interval '1 second'
    from customers
    where settings.organization_id = (
        select organization_id from settings join customers using (organization_id)
        where copied_revision < settings.revision and copy_due_at <= ${ctx.dbNow} and stripe_customer_id is not null
        order by copy_due_at limit 1 for update of settings skip locked)
      and customers.organization_id = settings.organization_id
    returning settings.*, customers.stripe_customer_id`.execute(ctx.db.kysely);
  const [row] = rows;
  if (row === undefined) return false;
  const client = await requireStripe(ctx).client();
  const idempotencyKey = `drippulse:settings:${row.organization_id}:${row.revision}`;
  await client.customers.update(row.stripe_customer_id, customerParams(row), { idempotencyKey });
  await sql`
    update settings set copied_revision = greatest(copied_revision, ${row.revision}), copy_due_at = ${ctx.dbNow}
    where organization_id = ${row.organization_id}`.execute(ctx.db.kysely);
  return true;
}
