import type { EffectKind } from '@drippulse/engine';
import { webhookCallback } from './callback/webhook-callback.ts';
import { createActivity } from './crm/create-activity.ts';
import { createLead } from './crm/create-lead.ts';
import { moveOpportunity } from './crm/move-opportunity.ts';
import { updateRecord } from './crm/update-record.ts';
import type { EffectCall, EffectContext, EffectOutcome, Perform } from './effect-call.ts';
import { sendEmail } from './email/send-email.ts';
import { describeCrmStep, describeEmail, describeWebhookCallback } from './would-do.ts';

export type { EffectCall, EffectOutcome } from './effect-call.ts';

/** Those of test enrollments have nothing to reach the network with. */
const performers: Record<EffectCall['mode'], Record<EffectKind, Perform>> = {
  live: {
    email: sendEmail,
    webhook_callback: webhookCallback,
    crm_create_lead: createLead,
    crm_update_record: updateRecord,
    crm_create_activity: createActivity,
    crm_move_opportunity: moveOpportunity,
  },
  test: {
    email: describeEmail,
    webhook_callback: describeWebhookCallback,
    crm_create_lead: describeCrmStep,
    crm_update_record: describeCrmStep,
    crm_create_activity: describeCrmStep,
    crm_move_opportunity: describeCrmStep,
  },
};

/** Does what the effect says, outside of any transaction; for a test enrollment, says what it would do. */
export function performEffect(ctx: EffectContext, call: EffectCall): Promise<EffectOutcome> {
  return performers[call.mode][call.kind](ctx, call);
}
