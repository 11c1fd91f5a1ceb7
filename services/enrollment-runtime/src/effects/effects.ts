import { type EffectKind, type Requirement, type SendingKind, stepTypes } from '@drippulse/engine';
import { webhookCallback } from './callback/webhook-callback.ts';
import { createActivity } from './crm/create-activity.ts';
import { createLead } from './crm/create-lead.ts';
import { moveOpportunity } from './crm/move-opportunity.ts';
import { updateRecord } from './crm/update-record.ts';
import type { EffectCall, EffectContext, EffectOutcome, PerformContext } from './effect-call.ts';
import type { EffectType, MixedEffect, SendingEffect, SystemEffect } from './effect-type.ts';
import { email } from './email/email.ts';
import { integrationAction } from './integration/integration-action.ts';
import { performedBy } from './performed/performed-by.ts';
import { isRefused, refusedOutcome } from './refused-request.ts';

/** A kind that reaches people must be performed with a permit; the types enforce it. */
type EffectTypes = {
  readonly [Kind in EffectKind]: Kind extends SendingKind ? SendingEffect : SystemEffect | MixedEffect;
};

/**
 * All kinds of effects that the engine hands out. A test run (`/test`) performs no effect: it shows the stub that the
 * engine defines for the step type.
 */
export const effects: EffectTypes = {
  email,
  webhook_callback: webhookCallback,
  crm_create_lead: createLead,
  crm_update_record: updateRecord,
  crm_create_activity: createActivity,
  crm_move_opportunity: moveOpportunity,
  alert: performedBy('integrations'),
  integration_action: integrationAction,
  agent: performedBy('agents'),
  score_lead: performedBy('agents'),
};

/**
 * Whether this process supports a stored kind. During a rollout a newer process may store a kind that an older process
 * does not support.
 */
export function isEffectKind(kind: string): kind is EffectKind {
  return Object.hasOwn(effects, kind);
}

/** Returns the type of a stored kind. Throws when this process does not support the kind. */
export function effectTypeOf(kind: string): EffectType {
  if (!isEffectKind(kind)) throw new Error(`effects of kind ${kind} are not known here`);
  return effects[kind];
}

/**
 * Performs an effect of a live enrollment, outside of any transaction, or describes the effect of a test enrollment. An
 * effect that reaches people first gets its permit, in both modes.
 */
export async function performEffect(ctx: PerformContext, call: EffectCall): Promise<EffectOutcome> {
  const type: EffectType = effects[call.kind];
  if (isRefused(call.request)) return refusedOutcome;
  if (type.sends === undefined) return call.mode === 'test' ? type.describe(call) : type.perform(ctx, call);
  const send = type.sendOf(call.request, call.definition, call);
  if (send === undefined) {
    if (type.sends === 'people') throw new Error(`an effect of kind ${call.kind} reaches people, and names nobody`);
    return call.mode === 'test' ? type.describe(call) : type.perform(ctx, call);
  }
  const answer = await ctx.permits.ask(send);
  if ('refused' in answer) return answer.refused;
  return call.mode === 'test' ? type.describe(call) : type.perform(ctx, call, answer.permit);
}

/** Asks for the result of an effect that was accepted. */
export async function askEffect(ctx: EffectContext, call: EffectCall): Promise<EffectOutcome> {
  const { ask } = effects[call.kind];
  if (ask === undefined) throw new Error(`effects of kind ${call.kind} are never accepted`);
  return ask(ctx, call);
}

/** Returns the service that performs effects of this kind; undefined when the runtime performs them. */
export function requirementOf(kind: string): Requirement | undefined {
  return isEffectKind(kind) ? stepTypes.find(({ type }) => type === kind)?.requires : undefined;
}

/** Whether the result of an effect of this kind may come at any time from a source other than its attempt. */
export function isSettledByOthers(kind: string): boolean {
  return isEffectKind(kind) && effects[kind].ask !== undefined;
}
