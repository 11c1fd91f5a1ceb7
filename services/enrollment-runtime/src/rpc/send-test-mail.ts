import { randomUUID } from 'node:crypto';
import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import type { JsonObject } from '@drippulse/json';
import type { SendTestMailRequest } from '@drippulse/proto/drippulse/messaging/v1/sender_pb';
import { type Caller, callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import type { EffectOutcome } from '../effects/effect-call.ts';
import { sendEmail } from '../effects/email/send-email.ts';
import { parseObject } from '../enrollments/contact.ts';
import { isEmailAddress, type Permits, type SendRequest, settleSends } from '../messaging/index.ts';

const withinMs = 20_000;

/**
 * Sends a mail once, outside of any enrollment. The receiver expects this mail, so only suppressions by a bounce or a
 * complaint of the address stop it. A failure is returned in the response, and nothing is retried.
 */
export async function sendTestMail(ctx: Context, permits: Permits, request: SendTestMailRequest, call: HandlerContext) {
  const caller = callerOf(call);
  if (caller.actor.type !== 'user' || !isEmailAddress(request.to)) {
    throw new DomainError('permission_denied', 'user_required', 'A test mail goes to a user, at their own address.');
  }
  const rendered = parseObject(Buffer.from(request.request).toString());
  const mail: JsonObject = { ...rendered, to: request.to, subject: `[test] ${String(rendered['subject'])}` };
  const send = sendOf(request, caller, ctx.clock.now());
  const answer = await permits.ask(send);
  if ('refused' in answer) return answerOf(answer.refused);
  const { key, organizationId } = send;
  // The mail has the footer of its class, so that it looks as real receivers will see it.
  const permit = {
    ...answer.permit,
    class: rendered['class'] === 'transactional' ? send.class : ('marketing' as const),
  };
  const signal = AbortSignal.timeout(withinMs);
  const asked = {
    ...send,
    request: mail,
    attempt: 1,
    agentId: null,
    hops: 0,
    cause: `enrollment:${send.workflowId}:0`,
    signal,
  };
  const outcome = await sendEmail(ctx, asked, permit);
  const { sent, message } = answerOf(outcome);
  const status = sent ? ('sent' as const) : ('failed' as const);
  await ctx.db.kysely
    .transaction()
    .execute((trx) =>
      settleSends(trx, [{ organizationId, key, status, reason: sent ? null : message, dueAt: null }], ctx.clock.now()),
    );
  return { sent, message };
}

/** Returns the send of a mail that belongs to no enrollment. */
function sendOf(request: SendTestMailRequest, { organizationId }: Caller, plannedAt: Date): SendRequest {
  return {
    key: `test:${randomUUID()}`,
    organizationId,
    workflowId: request.workflowId,
    enrollmentId: 0n,
    stepId: request.stepId,
    mode: 'live',
    channel: 'email',
    to: request.to,
    leadRef: null,
    timezone: 'UTC',
    class: 'transactional',
    category: null,
    priority: 100,
    onCapped: 'skip',
    plannedAt,
    expiresAt: null,
  };
}

function answerOf(outcome: EffectOutcome): { sent: boolean; message: string } {
  switch (outcome.outcome) {
    case 'succeeded':
    case 'accepted':
      return { sent: true, message: outcome.message };
    case 'failed':
      return { sent: false, message: outcome.error };
    case 'skipped':
    case 'held':
      return { sent: false, message: outcome.reason };
  }
}
