import type { EffectKind } from '@drippulse/engine';
import { webhookCallback } from './callback/webhook-callback.ts';
import { createActivity } from './crm/create-activity.ts';
import { createLead } from './crm/create-lead.ts';
import { moveOpportunity } from './crm/move-opportunity.ts';
import { updateRecord } from './crm/update-record.ts';
import type { EffectCall, EffectContext, EffectOutcome } from './effect-call.ts';
import type { EffectType } from './effect-type.ts';
import { email } from './email/email.ts';
import { isRefused, refusedOutcome } from './refused-request.ts';

/**
 * Every kind of effect that the engine hands out. `/test` answers with the stub of the kind's step type, which the
 * engine has.
 */
export const effects: Readonly<Record<EffectKind, EffectType>> = {
  email,
  webhook_callback: webhookCallback,
  crm_create_lead: createLead,
  crm_update_record: updateRecord,
  crm_create_activity: createActivity,
  crm_move_opportunity: moveOpportunity,
};

/**
 * Whether this process knows a stored kind. During a rollout a newer process may store a kind that an older one does
 * not know.
 */
export function isEffectKind(kind: string): kind is EffectKind {
  return Object.hasOwn(effects, kind);
}

/** The type of a stored kind. Throws when this process does not know the kind. */
export function effectTypeOf(kind: string): EffectType {
  if (!isEffectKind(kind)) throw new Error(`effects of kind ${kind} are not known here`);
  return effects[kind];
}

/** Performs an effect of a live enrollment, outside of any transaction. Describes that of a test enrollment. */
export async function performEffect(ctx: EffectContext, call: EffectCall): Promise<EffectOutcome> {
  const { perform, describe } = effects[call.kind];
  if (isRefused(call.request)) return refusedOutcome;
  return call.mode === 'test' ? describe(call) : perform(ctx, call);
}
