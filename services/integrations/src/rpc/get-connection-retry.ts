import type { HandlerContext } from '@connectrpc/connect';
import { findJob } from '@drippulse/db';
import { DomainError } from '@drippulse/errors';
import type { GetConnectionRetryRequest } from '@drippulse/proto/drippulse/integrations/v1/connections_pb';
import { callerOf } from '@drippulse/rpc';
import { findConnection } from '../connections/rows.ts';
import type { Context } from '../context.ts';
import { readRetry, retryJobs, retryToProto } from '../retries/retry-jobs.ts';

export async function getConnectionRetry(ctx: Context, request: GetConnectionRetryRequest, call: HandlerContext) {
  const { organizationId } = callerOf(call);
  const { kysely } = ctx.db;
  await findConnection(kysely, organizationId, request.integrationConnectionId);
  const job = await findJob(kysely, { organizationId, kind: retryJobs, id: request.id });
  if (job === undefined || readRetry(job.input).connectionId !== request.integrationConnectionId) {
    throw new DomainError('not_found', 'retry_not_found', 'The connection has no such retry.');
  }
  return { retry: retryToProto(job) };
}
