import type { HandlerContext } from '@connectrpc/connect';
import { addJob, databaseNow, findJob } from '@drippulse/db';
import { DomainError } from '@drippulse/errors';
import {
  IntegrationConnectionsService,
  type RetryFailedEnrollmentsRequest,
} from '@drippulse/proto/drippulse/integrations/v1/connections_pb';
import { transact } from '@drippulse/writes';
import { sql, type Transaction } from 'kysely';
import { lockConnection } from '../connections/rows.ts';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { retryJobs, retryToProto, writeRetry } from '../retries/retry-jobs.ts';

const { retryFailedEnrollments: method } = IntegrationConnectionsService.method;

/**
 * Margin in milliseconds before the time at which the connection was disabled. Concurrent calls may have been refused
 * up to this long before, and their steps have failed, too.
 */
const marginMs = 60_000;

export async function retryFailedEnrollments(
  ctx: Context,
  request: RetryFailedEnrollmentsRequest,
  call: HandlerContext,
) {
  const response = await transact(ctx, call, method, request, async (trx, { organizationId }) => {
    const row = await lockConnection(trx, organizationId, request.id);
    if (row.status !== 'active') {
      const message =
        'The connection is disabled: what is retried would fail again. Connect it anew, or enable it, first.';
      throw new DomainError('invalid', 'connection_not_active', message);
    }
    const underWay = await findUnderWay(trx, organizationId, row.id);
    if (underWay !== undefined) return { retry: retryToProto(underWay) };
    const until = await databaseNow<DB>(trx);
    const retry = {
      connectionId: row.id,
      provider: row.provider,
      externalKey: row.external_key,
      // A connection that never failed has nothing to retry.
      since: row.failed_at === null ? until : new Date(row.failed_at.getTime() - marginMs),
      until,
    };
    const job = await addJob(trx, { organizationId, kind: retryJobs, input: writeRetry(retry), total: 0n });
    return { retry: retryToProto(job) };
  });
  ctx.wake.retries();
  return response;
}

async function findUnderWay(trx: Transaction<DB>, organizationId: bigint, connectionId: bigint) {
  const { rows } = await sql<{ id: bigint }>`
    select id from jobs
    where organization_id = ${organizationId} and kind = ${retryJobs} and status in ('queued', 'running')
      and input ->> 'connectionId' = ${String(connectionId)}
    order by id limit 1`.execute(trx);
  const [row] = rows;
  return row && findJob<DB>(trx, { organizationId, kind: retryJobs, id: row.id });
}
