import { appendAudit } from '@drippulse/service';
import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import type { State } from '../subscriptions/state.ts';

type Reported = { id: bigint; actor_type: string; actor_id: string; request_id: string; address: string };

/**
 * Writes a change of plan, quantity, state or end into the audit trail. The actor is taken from an operation that was
 * not reported yet. Without such an operation, the change came from Stripe: a payment, the portal, or the operator.
 */
export async function reportPlanChange(
  trx: Transaction<DB>,
  { organizationId, before, after }: { organizationId: bigint; before: State; after: State },
): Promise<void> {
  const operation = await takeOperation(trx, organizationId);
  const [was, is] = [audited(before), audited(after)];
  if (JSON.stringify(was) === JSON.stringify(is)) return;
  await appendAudit(trx, {
    organizationId,
    name: 'plan.changed',
    resourceId: '',
    actor: operation ? { type: operation.actor_type, id: operation.actor_id } : { type: 'service', id: 'billing' },
    before: was,
    after: is,
    ...(operation && { requestId: operation.request_id, address: operation.address }),
  });
}

function audited({ plan, status, quantity, cancel_at }: State) {
  const cancelAt = cancel_at === null ? null : new Date(cancel_at * 1000).toISOString();
  return { plan, status, quantity, cancel_at: cancelAt };
}

/**
 * Returns the newest unreported operation, and marks all unreported operations as reported, so that each is reported at
 * most once. Stripe's hook about the effect of an operation may arrive before Stripe's response to the operation.
 */
async function takeOperation(trx: Transaction<DB>, organizationId: bigint): Promise<Reported | undefined> {
  const { rows } = await sql<Reported>`
    update operations set is_reported = true
    where organization_id = ${organizationId} and status in ('pending', 'done') and not is_reported
    returning id, actor_type, actor_id, request_id, address`.execute(trx);
  return rows.toSorted((a, b) => Number(b.id - a.id))[0];
}
