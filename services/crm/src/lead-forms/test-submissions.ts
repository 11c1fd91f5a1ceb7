import type { HandlerContext } from '@connectrpc/connect';
import { refuseViolations } from '@drippulse/errors';
import { parseJson, stringifyJson } from '@drippulse/json';
import { type Caller, fromConnectError } from '@drippulse/rpc';
import { sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Context } from '../context.ts';
import { requireCustom } from '../custom-fields/check.ts';
import { selectFields } from '../custom-fields/rows.ts';
import { leads } from '../leads/lead.ts';
import type { Values } from '../records/collection.ts';

import { isEnrolledAlready, mayPass } from './enrollment-failures.ts';
import { parseFields } from './fields.ts';
import type { FormRow } from './form.ts';
import { leadOf } from './lead-of.ts';
import type { Submission } from './read-submission.ts';
import { keyOf } from './submissions.ts';

/** Timeout of the enrollment call. The visitor waits for this call. */
const timeoutMs = 5_000;

/**
 * Handles a submission of a test form. Checks the submission like one of a live form, but creates no lead. Makes the
 * test enrollment before the visitor gets the answer, so that the values are stored nowhere else. The submission is the
 * idempotency key, so a repeat enrolls nobody twice.
 */
export async function keepTestSubmission(
  ctx: Context,
  form: FormRow,
  submission: Submission,
  call: HandlerContext,
): Promise<void> {
  const values = await readValues(ctx, form, submission);
  const problem = await enroll(ctx, form, { submission, values }, call);
  await count(ctx, form, submission, problem);
}

async function readValues(ctx: Context, form: FormRow, submission: Submission): Promise<Values> {
  const { organization_id: organizationId } = form;
  const definitions = await selectFields(ctx.db.kysely, organizationId).where('record_type', '=', 'lead').execute();
  const lead = leadOf(parseFields(form.fields), submission.values, definitions);
  const values: Values = { ...lead, source: form.source };
  refuseViolations(leads.check(values));
  await requireCustom(ctx.db.kysely, organizationId, 'lead', values['custom']);
  return values;
}

/** Enrolls the person. Returns the reason for a refusal, which the form shows to its owner as a live form does. */
async function enroll(
  ctx: Context,
  form: FormRow,
  { submission, values }: { submission: Submission; values: Values },
  call: HandlerContext,
): Promise<string | undefined> {
  const { id, organization_id: organizationId, workflow_id: workflowId } = form;
  if (workflowId === null) return undefined;
  const actor = { type: 'lead_form', id: String(id) } as const;
  const caller: Caller = { organizationId, actor, role: 'editor', mode: 'test' };
  const contact = { lead_ref: submission.id, ...values, custom: parseJson(String(values['custom'] ?? '{}')) };
  const contacts = new TextEncoder().encode(stringifyJson([contact]));
  const key = `form:${id}:${keyOf(form, submission).toString('hex')}`;
  try {
    const options = { timeoutMs, headers: { 'idempotency-key': key } };
    await ctx.clients.enrollments(caller, call).bulkEnroll({ workflowId, contacts }, options);
    return undefined;
  } catch (error) {
    const failure = fromConnectError(error);
    if (mayPass(failure)) throw failure;
    return isEnrolledAlready(failure) ? undefined : failure.message;
  }
}

async function count(ctx: Context, form: FormRow, submission: Submission, problem: string | undefined): Promise<void> {
  const { id: formId, organization_id: organizationId } = form;
  await ctx.db.kysely.transaction().execute(async (trx) => {
    const now = ctx.clock.now();
    const id = uuidv7({ msecs: now.getTime() });
    const submissionKey = keyOf(form, submission);
    const { numInsertedOrUpdatedRows } = await trx
      .insertInto('lead_form_submissions')
      .values({ form_id: formId, submission_key: submissionKey, organization_id: organizationId, id, created_at: now })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirstOrThrow();
    if (numInsertedOrUpdatedRows === 0n) return;
    await trx
      .updateTable('lead_forms')
      .set({
        submission_count: sql`submission_count + 1`,
        last_submitted_at: now,
        ...(problem !== undefined && { last_enrollment_error: problem }),
      })
      .where('organization_id', '=', organizationId)
      .where('id', '=', formId)
      .execute();
  });
}
