import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { type JobRow, startJobLoop, type WriteSlice } from '@drippulse/db';
import type { Loop } from '@drippulse/loops';
import { type Caller, fromConnectError } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { readPlace, readRetry, retryJobs, writePlace } from '../retries/retry-jobs.ts';

/** Lease of a job, longer than one call of the enrollment service may take. */
const leaseSeconds = 60;

/** Retries failed enrollments of connections that work again, in parts. Repeating a part retries nothing twice. */
export function startRetryFailed(ctx: Context): Loop {
  return startJobLoop<DB>({
    db: ctx.db,
    kind: retryJobs,
    log: ctx.log,
    leaseSeconds,
    slice: (job) => retryPart(ctx, job),
    onCommitted: () => undefined,
  });
}

async function retryPart({ clients }: Context, job: JobRow): Promise<WriteSlice<DB>> {
  const { provider, externalKey, since, until } = readRetry(job.input);
  const after = readPlace(job.cursor);
  const caller: Caller = {
    organizationId: job.organization_id,
    actor: { type: 'service', id: 'integrations' },
    role: 'editor',
    mode: 'live',
  };
  const part = await clients
    .failures(caller)
    .retryFailures({
      integration: provider,
      connectionKey: externalKey,
      failedSince: timestampFromDate(since),
      failedUntil: timestampFromDate(until),
      afterWorkflowId: after.workflowId,
      afterEnrollmentId: after.enrollmentId,
    })
    .catch((error: unknown) => {
      throw fromConnectError(error);
    });
  const cursor = writePlace({ workflowId: part.afterWorkflowId, enrollmentId: part.afterEnrollmentId });
  return async () => ({ cursor, processed: part.retried, isFinished: part.isLast });
}
