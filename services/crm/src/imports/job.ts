import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { findJob, type JobRow } from '@drippulse/db';
import { DomainError } from '@drippulse/errors';
import { type CrmImportSchema, CrmImportStatus } from '@drippulse/proto/drippulse/crm/v1/imports_pb';
import { simpleActors } from '@drippulse/rpc';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { DB } from '../db/schema.ts';
import { emptyReport, type Report, readReport, reportToProto } from './report.ts';

/** Kind of import jobs. */
export const importKind = 'import';

const inputSchema = z.object({
  upload_id: z.uuid(),
  actor: z.union([
    z.object({ type: z.enum(simpleActors), id: z.string() }),
    z.object({ type: z.literal('workflow'), id: z.string(), hops: z.int() }),
  ]),
  request_id: z.string().optional(),
  cause: z.string().optional(),
  by_email: z.boolean(),
});

/** Data of the request that started a job. */
export type ImportInput = z.infer<typeof inputSchema>;

/** Progress of a job: the next batch, and the report of the batches before it. */
export type ImportPlace = { batch: number; report: Report };

const placeSchema = z.object({ batch: z.int().nonnegative(), report: z.unknown() });

export function readInput(json: string): ImportInput {
  return inputSchema.parse(JSON.parse(json));
}

export function readPlace(json: string | null): ImportPlace {
  if (json === null) return { batch: 0, report: emptyReport() };
  const { batch, report } = placeSchema.parse(JSON.parse(json));
  return { batch, report: readReport(report) };
}

export function importPath(id: bigint): string {
  return `/api/v1/crm/imports/${id}`;
}

const statuses: Readonly<Record<string, CrmImportStatus>> = {
  queued: CrmImportStatus.QUEUED,
  running: CrmImportStatus.RUNNING,
  completed: CrmImportStatus.COMPLETED,
  failed: CrmImportStatus.FAILED,
  cancelled: CrmImportStatus.CANCELLED,
};

/** Columns of a job that a response needs. */
type ImportJob = Pick<JobRow, 'id' | 'cursor' | 'processed' | 'total' | 'error' | 'created_at' | 'finished_at'> & {
  status: string;
};

export function jobToProto(job: ImportJob): MessageInitShape<typeof CrmImportSchema> {
  return {
    ...reportToProto(readPlace(job.cursor).report),
    id: job.id,
    status: statuses[job.status],
    processedCount: job.processed,
    totalCount: job.total,
    createdAt: timestampFromDate(job.created_at),
    finishedAt: job.finished_at === null ? undefined : timestampFromDate(job.finished_at),
    ...(job.status === 'failed' && { error: job.error ?? 'internal_error' }),
  };
}

export async function findImport(db: Kysely<DB>, organizationId: bigint, id: bigint): Promise<JobRow> {
  const job = await findJob(db, { organizationId, kind: importKind, id });
  if (job !== undefined) return job;
  throw new DomainError('not_found', 'import_not_found', 'There is no import with this id.');
}
