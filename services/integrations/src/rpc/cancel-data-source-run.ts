import type { HandlerContext } from '@connectrpc/connect';
import { wakeJob } from '@drippulse/db';
import {
  type CancelDataSourceRunRequest,
  DataSourceRunsService,
} from '@drippulse/proto/drippulse/integrations/v1/data_sources_pb';
import { transact } from '@drippulse/writes';
import type { Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { findRun, lockRun } from '../runs/rows.ts';
import { wholeRunToProto } from '../runs/to-proto.ts';

/** Cancels a run. The next slice ends the run, so that the counts of a batch that is being written are not lost. */
export async function cancelDataSourceRun(ctx: Context, request: CancelDataSourceRunRequest, call: HandlerContext) {
  const { method } = DataSourceRunsService;
  const response = await transact(
    ctx,
    call,
    method.cancelDataSourceRun,
    request,
    async (trx: Transaction<DB>, { organizationId }) => {
      const { job_id: jobId } = await findRun(trx, organizationId, request.id);
      // Locks the job first, as the commit of a slice does.
      if (jobId !== null) await wakeJob(trx, jobId);
      const run = await lockRun(trx, organizationId, request.id);
      if (run.finished_at !== null) return { dataSourceRun: wholeRunToProto(run) };
      const asked = await trx
        .updateTable('data_source_runs')
        .set({ cancel_requested: true })
        .where('organization_id', '=', organizationId)
        .where('id', '=', run.id)
        .returningAll()
        .executeTakeFirstOrThrow();
      return { dataSourceRun: wholeRunToProto(asked) };
    },
  );
  ctx.wake.runs();
  return response;
}
