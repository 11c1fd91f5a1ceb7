import { messageIdOf } from '@drippulse/mail';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import type { EffectCall, EffectOutcome } from '../effects/effect-call.ts';
import { effectTypeOf, performEffect } from '../effects/effects.ts';
import { type FreedPlace, type Permits, settleSends, wakeHeld } from '../messaging/index.ts';

/**
 * An outcome that is final for an agent. An agent's action never waits for permission to send: if a sending rule holds
 * the message back, the action is skipped.
 */
export type ActionOutcome = Exclude<EffectOutcome, { outcome: 'held' | 'accepted' }>;

/**
 * Makes one attempt at the action, outside of any transaction. Records the outcome in the ledger. For a mail, also
 * records the outcome in its delivery row.
 */
export async function performAction(ctx: Context, permits: Permits, call: EffectCall): Promise<ActionOutcome> {
  if (call.kind === 'email') await noteDelivery(ctx, call);
  const { adapters, chains, clients, clock, links, performers } = ctx;
  const parts = { adapters, chains, clients, clock, links, performers, permits };
  const outcome = finalOf(await performEffect(parts, call));
  if (effectTypeOf(call.kind).sends !== undefined) await settle(ctx, call, outcome);
  return outcome;
}

function finalOf(outcome: EffectOutcome): ActionOutcome {
  if (outcome.outcome === 'held') return { outcome: 'skipped', reason: outcome.reason };
  return outcome.outcome === 'accepted' ? { outcome: 'succeeded', message: outcome.message } : outcome;
}

/**
 * Writes the delivery row that links the mail server's reports, clicks and unsubscribes to a mail. Call it before the
 * mail leaves.
 */
async function noteDelivery({ db, config, clock }: Context, call: EffectCall): Promise<void> {
  const { to, subject } = call.request;
  await db.kysely
    .insertInto('deliveries')
    .values({
      organization_id: call.organizationId,
      workflow_id: call.workflowId,
      enrollment_id: call.enrollmentId,
      queued_at: clock.now(),
      ...{ status: 'queued', channel: 'email', integration_id: 'internal' },
      receiver: String(to),
      subject: String(subject),
      effect_key: call.key,
      step_id: call.stepId,
      message_id: messageIdOf(call.key, config.mailFrom),
    })
    .onConflict((conflict) => conflict.columns(['enrollment_id', 'effect_key']).doNothing())
    .execute();
}

async function settle(ctx: Context, call: EffectCall, outcome: ActionOutcome): Promise<void> {
  const { organizationId, key } = call;
  const isOut = outcome.outcome === 'succeeded';
  const status = isOut
    ? ('sent' as const)
    : outcome.outcome === 'failed' && outcome.retryable
      ? ('pending' as const)
      : outcome.outcome;
  const reason = outcome.outcome === 'failed' ? outcome.error : outcome.outcome === 'skipped' ? outcome.reason : null;
  const now = ctx.clock.now();
  const freed = await ctx.db.kysely.transaction().execute(async (trx): Promise<FreedPlace[]> => {
    await sql`
      update deliveries set attempts = ${call.attempt},
        status = case when status in ('bounced', 'complained') then status else ${status === 'pending' ? 'queued' : status} end,
        error = case when receiver <> '' then ${reason} end,
        sent_at = case when ${isOut} then coalesce(sent_at, ${now}::timestamptz) else sent_at end
      where enrollment_id = ${call.enrollmentId} and effect_key = ${key}`.execute(trx);
    return settleSends(trx, [{ organizationId, key, status, reason, dueAt: null, endsHeld: true }], now);
  });
  await wakeHeld(ctx, freed);
}
