import { createHash } from 'node:crypto';
import type { HandlerContext } from '@connectrpc/connect';
import { withCalls } from '@drippulse/db';
import { actingAs } from '@drippulse/rpc';
import { type Kysely, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Context } from '../context.ts';
import { selectFields } from '../custom-fields/rows.ts';
import type { DB } from '../db/schema.ts';
import { leads } from '../leads/lead.ts';
import { authorOf } from '../records/author.ts';
import { countNewRecords } from '../records/count-new-records.ts';
import { createRecord } from '../records/create-record.ts';
import type { Write } from '../records/write.ts';
import { parseFields } from './fields.ts';
import type { FormRow } from './form.ts';
import { leadOf } from './lead-of.ts';
import type { Submission } from './read-submission.ts';

/** Whether this submission with this content was stored before. */
export async function isKnown(db: Kysely<DB>, form: FormRow, submission: Submission): Promise<boolean> {
  const row = await db
    .selectFrom('lead_form_submissions')
    .select('form_id')
    .where('form_id', '=', form.id)
    .where('submission_key', '=', keyOf(form, submission))
    .executeTakeFirst();
  return row !== undefined;
}

/**
 * Creates the lead and schedules its enrollment, once per submission. The unique key decides whether the submission is
 * new, not a look-up. The form is the author of the lead.
 */
export async function keepSubmission(
  ctx: Context,
  form: FormRow,
  submission: Submission,
  call: HandlerContext,
): Promise<void> {
  const { organization_id: organizationId } = form;
  const byForm = actingAs(call, {
    organizationId,
    actor: { type: 'lead_form', id: String(form.id) },
    role: 'editor',
    mode: 'live',
  });
  const author = authorOf(byForm);
  const counting = countNewRecords(ctx, author);
  const isNew = await withCalls(() =>
    ctx.db.kysely
      .transaction()
      .execute((trx) => counting((made) => storeSubmission({ ctx, trx, author, made }, form, submission))),
  );
  if (!isNew) return;
  ctx.relay.wake();
  ctx.wake.enrollSubmissions();
}

/** Stores a submission. Returns whether it is new, because only a new submission creates a lead. */
async function storeSubmission(write: Write, form: FormRow, submission: Submission): Promise<boolean> {
  const { ctx, trx, author } = write;
  const { organizationId } = author;
  const now = ctx.clock.now();
  const key = keyOf(form, submission);
  const id = uuidv7({ msecs: now.getTime() });
  const { numInsertedOrUpdatedRows } = await trx
    .insertInto('lead_form_submissions')
    .values({ form_id: form.id, submission_key: key, organization_id: organizationId, id, created_at: now })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow();
  if (numInsertedOrUpdatedRows === 0n) return false;
  const definitions = await selectFields(trx, organizationId).where('record_type', '=', 'lead').execute();
  const values = leadOf(parseFields(form.fields), submission.values, definitions);
  const lead = await createRecord(write, leads, { ...values, source: form.source });
  await trx
    .updateTable('lead_form_submissions')
    .set({
      lead_id: lead.id,
      workflow_id: form.workflow_id,
      cause: author.cause ?? null,
      enroll_at: form.workflow_id === null ? null : sql<Date>`now()`,
    })
    .where('form_id', '=', form.id)
    .where('submission_key', '=', key)
    .execute();
  await trx
    .updateTable('lead_forms')
    .set({ submission_count: sql`submission_count + 1`, last_submitted_at: now })
    .where('organization_id', '=', organizationId)
    .where('id', '=', form.id)
    .execute();
  return true;
}

/**
 * Returns a hash of id and content. The content is included because a visitor who goes back and corrects a value sends
 * the same id again.
 */
export function keyOf(form: FormRow, { id, values }: Submission): Buffer {
  const content = parseFields(form.fields).map(({ name }) => values.get(name) ?? '');
  return createHash('sha256')
    .update(JSON.stringify([id, ...content]))
    .digest();
}
