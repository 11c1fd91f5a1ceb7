import type { EffectKind } from '@drippulse/engine';
import { webhookCallback } from './callback/webhook-callback.ts';
import type { EffectCall, EffectContext, EffectOutcome, Perform } from './effect-call.ts';
import { sendEmail } from './email/send-email.ts';
import { describeEmail, describeWebhookCallback } from './would-do.ts';

export type { EffectCall, EffectOutcome } from './effect-call.ts';

/** Those of test enrollments have nothing to reach the network with. */
const performers: Record<EffectCall['mode'], Record<EffectKind, Perform>> = {
  live: { email: sendEmail, webhook_callback: webhookCallback },
  test: { email: describeEmail, webhook_callback: describeWebhookCallback },
};

/** Does what the effect says, outside of any transaction; for a test enrollment, says what it would do. */
export function performEffect(ctx: EffectContext, call: EffectCall): Promise<EffectOutcome> {
  return performers[call.mode][call.kind](ctx, call);
}
