import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { JobRow } from '@drippulse/db';
import {
  type ConnectionRetrySchema,
  ConnectionRetryStatus,
} from '@drippulse/proto/drippulse/integrations/v1/connections_pb';
import { z } from 'zod';

/** The kind of the jobs that retry enrollments. */
export const retryJobs = 'retry failed';

const input = z.object({
  connectionId: z.coerce.bigint(),
  provider: z.string(),
  externalKey: z.string(),
  /** Start of the period in which the enrollments failed. */
  since: z.coerce.date(),
  /** End of the period. Later failures are not retried. */
  until: z.coerce.date(),
});

export type RetryInput = z.infer<typeof input>;

const place = z.object({ workflowId: z.coerce.bigint(), enrollmentId: z.coerce.bigint() });

export function writeRetry(retry: RetryInput): string {
  return JSON.stringify({ ...retry, connectionId: String(retry.connectionId) });
}

export function readRetry(text: string): RetryInput {
  return input.parse(JSON.parse(text));
}

/** Reads the position at which the next part starts. */
export function readPlace(cursor: string | null): z.infer<typeof place> {
  return cursor === null ? { workflowId: 0n, enrollmentId: 0n } : place.parse(JSON.parse(cursor));
}

export function writePlace({ workflowId, enrollmentId }: z.infer<typeof place>): string {
  return JSON.stringify({ workflowId: String(workflowId), enrollmentId: String(enrollmentId) });
}

const statuses: Readonly<Record<JobRow['status'], ConnectionRetryStatus>> = {
  queued: ConnectionRetryStatus.QUEUED,
  running: ConnectionRetryStatus.RUNNING,
  completed: ConnectionRetryStatus.COMPLETED,
  failed: ConnectionRetryStatus.FAILED,
  cancelled: ConnectionRetryStatus.FAILED,
};

export function retryToProto(job: JobRow): MessageInitShape<typeof ConnectionRetrySchema> {
  return {
    id: job.id,
    status: statuses[job.status],
    retried: job.processed,
    failedSince: timestampFromDate(readRetry(job.input).since),
    ...(job.status === 'failed' && job.error !== null && { error: job.error }),
    createdAt: timestampFromDate(job.created_at),
  };
}
