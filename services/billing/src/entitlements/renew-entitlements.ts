import { entitlementsTopic } from '@drippulse/entitlements';
import { appendEvents } from '@drippulse/events';
import { counters } from '@drippulse/topology';
import { sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { holdsAfterMs } from '../plans/grace.ts';
import type { OverageMeter } from '../plans/overage.ts';
import { freeState, mayOverrun, readState } from '../subscriptions/state.ts';
import { readCeilings } from './ceilings.ts';
import { contentOf, entitlementsToProto, storeContent } from './content.ts';

type Known = { state: string; is_overdue: boolean | null; metered: string[]; spend_cap_cents: bigint | null };

/**
 * Brings the entitlements of an organization up to date with its subscription and the plans, in a transaction. Changed
 * entitlements get the next sequence, an event, and a push to each service that counts usage. Returns whether the
 * entitlements changed. In this case, wake the relay and the pushes after the commit.
 */
export async function renewEntitlements(ctx: Context, trx: Transaction<DB>, organizationId: bigint): Promise<boolean> {
  // The lock of the customer's row serializes renewals of an organization. If the row is missing, the statement below
  // serializes them.
  const { rows: known } = await sql<Known>`
    select state, past_due_since + ${holdsAfterMs} * interval '1 ms' <= ${ctx.dbNow} as is_overdue, metered, spend_cap_cents
    from customers left join settings using (organization_id)
    where organization_id = ${organizationId} for update of customers`.execute(trx);
  const content = await contentFor(ctx, trx, organizationId, known[0]);
  const text = storeContent(content);
  const { rows } = await sql<{ sequence: bigint }>`
    insert into pushed_entitlements (organization_id, sequence, content) values (${organizationId}, 1, ${text}::json)
    on conflict (organization_id) do update set sequence = pushed_entitlements.sequence + 1, content = excluded.content
      where pushed_entitlements.content::text <> excluded.content::text
    returning sequence`.execute(trx);
  const [changed] = rows;
  if (changed === undefined) return false;
  await wantPushes(ctx, trx, organizationId, changed.sequence);
  const value = entitlementsToProto(content, changed.sequence);
  await appendEvents(trx, entitlementsTopic, [
    {
      organizationId,
      aggregate: `organization:${organizationId}`,
      sequence: changed.sequence,
      payload: { case: 'changed', value },
    },
  ]);
  return true;
}

async function contentFor(ctx: Context, trx: Transaction<DB>, organizationId: bigint, known: Known | undefined) {
  const { plans, stripeKey } = ctx.config;
  const none = new Map<OverageMeter, bigint>();
  if (stripeKey === undefined) {
    return contentOf(plans, { plan: 'self_hosted', quantity: 1 }, { isOverdue: false, ceilings: none });
  }
  const state = known === undefined ? freeState : readState(known.state);
  const capCents = known?.spend_cap_cents ?? 0n;
  const ceilings =
    known === undefined || capCents === 0n || !mayOverrun(state)
      ? none
      : await readCeilings(ctx, trx, organizationId, { state, metered: known.metered, capCents });
  return contentOf(plans, state, { isOverdue: known?.is_overdue === true, ceilings });
}

async function wantPushes(ctx: Context, trx: Transaction<DB>, organizationId: bigint, sequence: bigint): Promise<void> {
  const services = counters.map(({ name }) => name);
  await sql`
    insert into pushes (organization_id, service, wanted_sequence, due_at)
    select ${organizationId}, service, ${sequence}, ${ctx.dbNow} from unnest(${services}::text[]) as service
    on conflict (organization_id, service) do update
      set wanted_sequence = excluded.wanted_sequence, due_at = excluded.due_at, failures = 0`.execute(trx);
}
