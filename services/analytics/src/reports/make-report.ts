import { ConnectError } from '@connectrpc/connect';
import { isInfrastructureError, JobLost, type JobRow, keepJob, type WriteSlice } from '@drippulse/db';
import { DomainError } from '@drippulse/errors';
import type { Caller } from '@drippulse/rpc';
import { fromConnectError, modeOf } from '@drippulse/rpc';
import { serviceOf } from '@drippulse/topology';
import { z } from 'zod';
import { inPieces } from '../artifacts/pieces.ts';
import { writeArtifact } from '../artifacts/write-artifact.ts';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { fileOf } from '../files/file-of.ts';
import { askTimezone } from '../organizations/ask-timezone.ts';
import { unpackParameters } from '../parameters.ts';
import { sources } from '../sources/sources.ts';
import { fileNameOf } from './file-names.ts';
import { finishReport } from './finish-report.ts';
import type { ReportRow } from './rows.ts';

export const leaseSeconds = 30;
/** Number of tries after an error of this service. If a source is unavailable, this number does not apply. */
const triedAtMost = 3;
const waitedMs = 3_600_000;
const progressEveryMs = 1_000;

const input = z.object({ report_id: z.string() });
const done = { cursor: 'null', processed: 1, isFinished: true };

/**
 * Makes the file of a report. Each try begins with the first row. Bytes that a dead process wrote have a different
 * fence, and are never read. The report becomes ready or failed in the transaction that ends the job. If the report was
 * deleted during the try, nothing is kept.
 */
export async function makeReport(ctx: Context, job: JobRow): Promise<WriteSlice<DB>> {
  const report = await beginReport(ctx, job);
  if (report === undefined) return async () => done;
  try {
    const made = await keepJob(ctx.db.kysely, job, leaseSeconds, (lost) => writeFileOf(ctx, report, job, lost));
    return async (trx) => {
      await finishReport(ctx, trx, report, { status: 'ready', fence: job.fence, ...made });
      return done;
    };
  } catch (error) {
    const failure = failureOf(ctx, job, error);
    // The loop of jobs recognizes an unavailable service by a DomainError.
    if (failure === undefined) throw error instanceof ConnectError ? fromConnectError(error) : error;
    ctx.log.warn({ err: error, report: String(report.id) }, 'a report failed');
    return async (trx) => {
      await finishReport(ctx, trx, report, { status: 'failed', ...failure });
      return done;
    };
  }
}

/** Marks the report of a job as running, and returns it; undefined if the report was deleted or has ended. */
async function beginReport({ db }: Context, job: JobRow): Promise<ReportRow | undefined> {
  const { report_id: id } = input.parse(JSON.parse(job.input));
  return db.kysely
    .updateTable('reports')
    .set({ status: 'running', progress: 0 })
    .where('organization_id', '=', job.organization_id)
    .where('id', '=', BigInt(id))
    .where('job_id', '=', job.id)
    .where('status', 'in', ['queued', 'running'])
    .returningAll()
    .executeTakeFirst();
}

type Made = { rows: bigint; bytes: bigint; fileName: string };

async function writeFileOf(ctx: Context, report: ReportRow, job: JobRow, lost: AbortSignal): Promise<Made> {
  const source = sources.get(report.type);
  if (source === undefined) throw new Error(`no source makes reports of type ${report.type}`);
  const parameters = unpackParameters(report.parameters);
  const caller = ownCaller(report);
  const timezone = await askTimezone(ctx, report.organization_id);
  const table = await source(ctx, { caller, parameters, timezone });
  let rows = 0;
  const note = progressOf(ctx, report);
  const file = fileOf(table, {
    report: { ...report, parameters },
    timezone,
    async onPage(page) {
      rows += page.rows.length;
      await note(page.done);
    },
  });
  const artifact = { organizationId: report.organization_id, reportId: report.id, fence: job.fence, jobId: job.id };
  const bytes = await writeArtifact(ctx, artifact, inPieces(file, lost));
  return { rows: BigInt(rows), bytes: BigInt(bytes), fileName: fileNameOf(report.type, report.format, parameters) };
}

function ownCaller({ organization_id: organizationId, mode }: ReportRow): Caller {
  const actor = { type: 'service', id: serviceOf('analytics') } as const;
  return { organizationId, actor, role: 'viewer', mode: modeOf(mode) };
}

/** Returns a function that stores the progress, at most once a second. */
function progressOf({ db, clock }: Context, report: ReportRow): (done: number) => Promise<void> {
  let last = clock.now().getTime();
  return async (share) => {
    const now = clock.now().getTime();
    if (now - last < progressEveryMs) return;
    last = now;
    await db.kysely
      .updateTable('reports')
      .set({ progress: Math.min(share, 0.99) })
      .where('organization_id', '=', report.organization_id)
      .where('id', '=', report.id)
      .where('status', '=', 'running')
      .execute();
  };
}

/** Returns the reason to give up a report; undefined while the report is retried. */
function failureOf(ctx: Context, job: JobRow, thrown: unknown): { code: string; message: string } | undefined {
  if (thrown instanceof JobLost) return undefined;
  const error = fromConnectError(thrown);
  if (isInfrastructureError(error)) {
    const isLate = ctx.clock.now().getTime() - job.created_at.getTime() > waitedMs;
    return isLate
      ? { code: 'source_unavailable', message: 'A service that the report needs did not respond for an hour.' }
      : undefined;
  }
  if (error instanceof DomainError && error.kind !== 'internal' && error.kind !== 'aborted') {
    return { code: error.reason, message: error.message };
  }
  if (job.failures + 1 < triedAtMost) return undefined;
  return { code: 'internal_error', message: 'The report could not be made. Its error is in the logs of the platform.' };
}
