import type { HandlerContext } from '@connectrpc/connect';
import { renderEffectInTurns } from '@drippulse/engine';
import { DomainError } from '@drippulse/errors';
import type { SendTestMailRequest } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { jsonField } from '../workflows/json-fields.ts';
import { readTestData } from '../workflows/run-test.ts';
import { storedSteps } from '../workflows/stored-steps.ts';

const timezone = 'UTC';
/**
 * Placeholder for the receiver while the step is rendered. The mail always goes to the caller, regardless of the step
 * and the data.
 */
const anybody = 'anybody@example.com';
const timeoutMs = 25_000;

/** Sends the mail of a step to the caller's own address. */
export async function sendTestMail(ctx: Context, request: SendTestMailRequest, call: HandlerContext) {
  const { data } = readTestData(request);
  const caller = callerOf(call);
  const row = await ctx.loadWorkflow(caller.organizationId, request.id);
  const step = storedSteps(row.steps).find(({ id }) => id === request.stepId);
  if (step === undefined)
    throw new DomainError('not_found', 'step_not_found', 'The workflow has no step with this id.');
  if (step.type !== 'email') {
    throw new DomainError('failed_precondition', 'step_sends_no_mail', 'Only an email step can be sent as a test.');
  }
  const { email: to } = await ctx.clients.identity(caller, call).getOwnAddress({});
  if (to === undefined) {
    throw new DomainError('failed_precondition', 'address_missing', 'You have no mail address to send the test to.');
  }
  const addressed = { ...step, config: { ...step.config, to: anybody } };
  const rendering = renderEffectInTurns(addressed, { data, timezone, now: ctx.clock.now() });
  const rendered = await ctx.workplace.of(call)(rendering);
  if ('problem' in rendered) return { sent: false, to, message: rendered.problem };
  const mail = { workflowId: row.id, stepId: step.id, request: jsonField(rendered.request), to };
  const { sent, message } = await ctx.clients.senders(caller, call).sendTestMail(mail, { timeoutMs });
  return { sent, to, message };
}
