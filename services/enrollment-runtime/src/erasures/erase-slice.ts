import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { JobRow, JobSlice, WriteSlice } from '@drippulse/db';
import { sql, type Transaction } from 'kysely';
import { blankApprovals, eraseApprovals } from '../approvals/index.ts';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { appendNews } from '../enrollments/events.ts';
import { eraseEvents } from '../events/index.ts';
import { forgetPerson } from '../messaging/index.ts';
import { endRuns, reportCancelled } from '../runs/cancel-runs.ts';
import { blankEnrollments } from './blank-enrollments.ts';
import {
  type ErasureInput,
  type ErasurePlace,
  packErasureInput,
  packErasurePlace,
  readErasureInput,
  readErasurePlace,
} from './erasure-job.ts';
import { findEnrollments, nextWorkflow } from './find-enrollments.ts';
import { forgetAnswers } from './forget-answers.ts';
import { forgetEntries } from './forget-entries.ts';

const sliceEnrollments = 5;
const sliceEvents = 500;
const sliceApprovals = 100;
/** The second pass finds contacts that a source or filter read before the erasure and enrolled after the first pass. */
const passes = 2;
const betweenPassesMs = 300_000;
const timeoutMs = 5_000;
const awayMs = 60_000;

/**
 * Erases a person from the workflows of an organization, a few enrollments at a time. Erased enrollments are marked, so
 * a repeated slice does nothing. The last slice reports to the CRM; if the CRM is unavailable, the slice is retried
 * later.
 */
export async function eraseSlice(ctx: Context, job: JobRow): Promise<WriteSlice<DB>> {
  const place = readErasurePlace(job.cursor);
  const isAtStart = place.pass < passes && place.workflowId === 0n;
  if (isAtStart) await forgetElsewhere(ctx, job);
  if (place.pass < passes) return (trx) => eraseNext(ctx, trx, job, place);
  // Calls the services again that were unavailable at the start of the passes, because they may be available by now.
  if ((await forgetElsewhere(ctx, job)) && (await reportToCrm(ctx, job))) return (trx) => finish(ctx, trx, job, place);
  return async () => ({ ...goOn(place), waitMs: awayMs });
}

async function eraseNext(ctx: Context, trx: Transaction<DB>, job: JobRow, at: ErasurePlace): Promise<JobSlice> {
  const input = readErasureInput(ctx.sealer, job.input);
  const { organization_id: organizationId } = job;
  if (at.workflowId === 0n) {
    const person = { organizationId, refs: input.refs, emails: input.emails };
    const erased = await eraseEvents(trx, person, { now: ctx.clock.now(), limit: sliceEvents });
    if (erased === sliceEvents) return goOn(at);
    const approvals = await eraseApprovals(ctx, trx, person, { now: ctx.clock.now(), limit: sliceApprovals });
    if (approvals === sliceApprovals) return goOn(at);
    await forgetEntries(trx, person);
    const first = await nextWorkflow(trx, organizationId, 0n);
    if (first === undefined) await forgetAddresses(trx, organizationId, input);
    return first === undefined ? endPass(at) : goOn({ ...at, workflowId: first, enrollmentId: 0n });
  }
  const { workflowId } = at;
  const ids = await findEnrollments(trx, input, { organizationId, place: at, limit: sliceEnrollments });
  if (ids.length > 0) await erase(ctx, trx, { organizationId, workflowId, ids, refs: input.refs });
  if (ids.length === sliceEnrollments) return goOn({ ...at, enrollmentId: ids.at(-1) ?? 0n }, ids.length);
  const next = await nextWorkflow(trx, organizationId, workflowId);
  if (next === undefined) await forgetAddresses(trx, organizationId, input);
  return next === undefined ? endPass(at, ids.length) : goOn({ ...at, workflowId: next, enrollmentId: 0n }, ids.length);
}

/**
 * Deletes suppressions and sends of the person. Call it at the end of each pass, because mails that were being sent are
 * in the ledger by then.
 */
async function forgetAddresses(
  trx: Transaction<DB>,
  organizationId: bigint,
  { emails, refs }: ErasureInput,
): Promise<void> {
  await forgetPerson(trx, { organizationId, enrollmentIds: [], emails, refs });
}

/**
 * Erases enrollments. It blanks the enrollments before it reports the cancelled runs, so that the event of a cancelled
 * run contains no data of the person.
 */
async function erase(
  ctx: Context,
  trx: Transaction<DB>,
  o: { organizationId: bigint; workflowId: bigint; ids: readonly bigint[]; refs: readonly string[] },
): Promise<void> {
  const erasedAt = ctx.clock.now();
  // This lock waits for workers that are moving runs of the workflow. Until the commit, no worker moves runs of the
  // workflow.
  await sql`select from lanes where workflow_id = ${o.workflowId} for update`.execute(trx);
  const ids = sql`select unnest(${o.ids}::bigint[])`;
  // The approvals are blanked before the runs end, so that the events of approvals that end with the runs contain no
  // data of the person either.
  const approvals = await blankApprovals(trx, { organizationId: o.organizationId, enrollmentIds: o.ids });
  const { runs: cancelled } = await endRuns(ctx, trx, { workflowId: o.workflowId, ids, reason: 'erased' });
  await blankEnrollments(trx, o, erasedAt);
  await forgetAnswers(trx, o);
  await forgetPerson(trx, { organizationId: o.organizationId, enrollmentIds: o.ids, emails: [], refs: [] });
  await appendNews(
    trx,
    o.ids.map((id) => ({
      organizationId: o.organizationId,
      enrollmentId: id,
      payload: {
        case: 'erased',
        value: {
          id,
          workflowId: o.workflowId,
          erasedAt: timestampFromDate(erasedAt),
          approvalIds: approvals.get(id) ?? [],
        },
      },
    })),
  );
  await reportCancelled(ctx, trx, o, cancelled);
  ctx.metrics.enrollmentEnded('cancelled', cancelled.size);
}

function goOn(place: ErasurePlace, processed = 0): JobSlice {
  return { cursor: packErasurePlace(place), processed, isFinished: false };
}

function endPass({ pass }: ErasurePlace, processed = 0): JobSlice {
  const slice = goOn({ pass: pass + 1, workflowId: 0n, enrollmentId: 0n }, processed);
  return pass + 1 < passes ? { ...slice, waitMs: betweenPassesMs } : slice;
}

/** Erases the person in other services. Returns false when one of the services was unavailable. */
async function forgetElsewhere(ctx: Context, job: JobRow): Promise<boolean> {
  const [rows, executions] = [await forgetRows(ctx, job), await eraseFromAgents(ctx, job)];
  return rows && executions;
}

/**
 * Erases executions that name the person. The executions of the person's enrollments are erased when the events of the
 * erased enrollments arrive.
 */
async function eraseFromAgents(ctx: Context, job: JobRow): Promise<boolean> {
  const { refs, emails } = readErasureInput(ctx.sealer, job.input);
  const erasures = ctx.clients.agents.erasures(callerOf(job.organization_id));
  try {
    for (let isPartial = true; isPartial; ) {
      ({ isPartial } = await erasures.erasePersonFromAgents({ refs, emails }, { timeoutMs }));
    }
    return true;
  } catch (error) {
    ctx.log.warn({ err: error, job: String(job.id) }, 'executions of agents could not be erased');
    return false;
  }
}

/** Erases rows that data sources keep for a while: rows of uploaded files, and refused rows. */
async function forgetRows(ctx: Context, job: JobRow): Promise<boolean> {
  try {
    await ctx.clients.integrationErasures(callerOf(job.organization_id)).forgetSourceRows({}, { timeoutMs });
    return true;
  } catch (error) {
    ctx.log.warn({ err: error, job: String(job.id) }, 'rows of data sources could not be deleted for an erasure');
    return false;
  }
}

async function reportToCrm(ctx: Context, job: JobRow): Promise<boolean> {
  const { contactId } = readErasureInput(ctx.sealer, job.input);
  try {
    await ctx.clients.crm.erasures(callerOf(job.organization_id)).finishCrmErasure({ contactId }, { timeoutMs });
    return true;
  } catch (error) {
    ctx.log.warn({ err: error, job: String(job.id) }, 'the end of an erasure could not be reported to the CRM');
    return false;
  }
}

/** Ends the job and deletes the addresses from its input, just as the CRM deletes its copy. */
async function finish(ctx: Context, trx: Transaction<DB>, job: JobRow, place: ErasurePlace): Promise<JobSlice> {
  const { contactId, refs } = readErasureInput(ctx.sealer, job.input);
  await sql`
    update jobs set input = ${packErasureInput(ctx.sealer, { contactId, refs, emails: [] })}::json
    where id = ${job.id}`.execute(trx);
  return { cursor: packErasurePlace(place), processed: 0, isFinished: true };
}

export function callerOf(organizationId: bigint) {
  return {
    organizationId,
    actor: { type: 'service' as const, id: 'enrollment-runtime' },
    role: 'viewer' as const,
    mode: 'live' as const,
  };
}
