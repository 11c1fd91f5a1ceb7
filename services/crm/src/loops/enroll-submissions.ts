import { create } from '@bufbuild/protobuf';
import type { DomainError } from '@drippulse/errors';
import { encodeJson } from '@drippulse/json';
import { type Loop, startLoop } from '@drippulse/loops';
import { CrmLeadSchema } from '@drippulse/proto/drippulse/crm/v1/leads_pb';
import { type Caller, causeMetadata, causeText, fromConnectError } from '@drippulse/rpc';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { isEnrolledAlready, mayPass } from '../lead-forms/enrollment-failures.ts';
import { leads, leadToProto } from '../leads/lead.ts';
import { selectRecords } from '../records/rows.ts';
import { findSurvivors } from '../records/survivors.ts';

/** Maximum number of submissions in one run. They are enrolled one after the other. */
const batch = 50;
/** Lease of a batch, longer than the maximum duration of `batch` calls. */
const leaseSeconds = 120;
const longestPauseSeconds = 300;
const timeoutMs = 2_000;

type Due = {
  form_id: bigint;
  submission_key: Buffer;
  organization_id: bigint;
  id: string;
  lead_id: string;
  workflow_id: bigint;
  attempts: number;
  cause: string | null;
};

/**
 * Enrolls leads that forms created. Each lead is enrolled in the workflow of its form, and only once, because the
 * submission is the idempotency key.
 */
export function startEnrollSubmissions(ctx: Context): Loop {
  return startLoop({
    name: 'enroll submissions',
    log: ctx.log,
    async run() {
      const due = await claimDue(ctx);
      for (const submission of due) await enrollOne(ctx, submission);
      return due.length === batch ? 0 : nextDueMs(ctx);
    },
  });
}

async function claimDue(ctx: Context): Promise<Due[]> {
  const { rows } = await sql<Due>`
    update lead_form_submissions as submission
    set enroll_at = now() + ${leaseSeconds} * interval '1 second', attempts = attempts + 1
    from (
      select ctid as place from lead_form_submissions
      where enroll_at <= now() order by enroll_at limit ${batch} for update skip locked
    ) as due
    where submission.ctid = due.place
    returning submission.form_id, submission.submission_key, submission.organization_id, submission.id,
      submission.lead_id, submission.workflow_id, submission.attempts, submission.cause`.execute(ctx.db.kysely);
  return rows;
}

async function enrollOne(ctx: Context, due: Due): Promise<void> {
  const contacts = await contactsOf(ctx, due);
  if (contacts === undefined) return settle(ctx, due, null);
  const caller: Caller = {
    organizationId: due.organization_id,
    actor: { type: 'lead_form', id: String(due.form_id) },
    role: 'editor',
    mode: 'live',
  };
  try {
    const request = { workflowId: due.workflow_id, contacts };
    await ctx.clients.enrollments(caller).bulkEnroll(request, { timeoutMs, headers: headersOf(due) });
    await settle(ctx, due, null);
  } catch (error) {
    const failure = fromConnectError(error);
    if (isEnrolledAlready(failure)) return settle(ctx, due, null);
    const pauseSeconds = mayPass(failure) ? Math.min(2 ** due.attempts, longestPauseSeconds) : null;
    await settle(ctx, due, pauseSeconds);
    if (pauseSeconds === null) await reportRefusal(ctx, due, failure);
  }
}

/**
 * Returns the headers of an enrollment call: the submission's id as the idempotency key, and the cause, so that the
 * enrollment continues the submission's chain.
 */
function headersOf({ id, organization_id: organizationId, cause }: Due): Record<string, string> {
  return { 'idempotency-key': id, ...(cause !== null && { [causeMetadata]: causeText({ organizationId, cause }) }) };
}

/**
 * Returns the contact for the request: the lead, or the survivor of its merge; undefined if that record was deleted.
 */
async function contactsOf(ctx: Context, due: Due): Promise<Uint8Array | undefined> {
  const isLead = sql`id = ${due.lead_id}::uuid`;
  const [survivor] = await findSurvivors(ctx.db.kysely, due.organization_id, 'lead', isLead);
  const id = survivor?.id ?? due.lead_id;
  const condition = sql`organization_id = ${due.organization_id} and id = ${id} and deleted_at is null`;
  const { rows } = await selectRecords(leads, condition).execute(ctx.db.kysely);
  const [row] = rows;
  if (row === undefined) return undefined;
  const lead = encodeJson(CrmLeadSchema, create(CrmLeadSchema, leadToProto(row)));
  return new TextEncoder().encode(`[{"lead_ref":${JSON.stringify(row.public_id)},${lead.slice(1)}]`);
}

/** Finishes a submission, or schedules the next attempt after a pause. */
async function settle(ctx: Context, due: Due, pauseSeconds: number | null): Promise<void> {
  await sql`
    update lead_form_submissions set enroll_at = now() + ${pauseSeconds}::int * interval '1 second'
    where form_id = ${due.form_id} and submission_key = ${due.submission_key}`.execute(ctx.db.kysely);
}

async function reportRefusal(ctx: Context, { form_id: id, organization_id, workflow_id }: Due, failure: DomainError) {
  const facts = { form_id: String(id), workflow_id: String(workflow_id), reason: failure.reason };
  ctx.log.warn(facts, 'a lead of a form could not be enrolled');
  await ctx.db.kysely
    .updateTable('lead_forms')
    .set({ last_enrollment_error: failure.message })
    .where('organization_id', '=', organization_id)
    .where('id', '=', id)
    .execute();
}

async function nextDueMs(ctx: Context): Promise<number | undefined> {
  const { rows } = await sql<{ ms: number | null }>`
    select (extract(epoch from min(enroll_at) - now()) * 1000)::float8 as ms from lead_form_submissions
    where enroll_at > now()`.execute(ctx.db.kysely);
  return rows[0]?.ms ?? undefined;
}
