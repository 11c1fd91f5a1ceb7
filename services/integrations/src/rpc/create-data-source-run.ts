import type { HandlerContext } from '@connectrpc/connect';
import {
  type CreateDataSourceRunRequest,
  DataSourceRunsService,
} from '@drippulse/proto/drippulse/integrations/v1/data_sources_pb';
import { transact } from '@drippulse/writes';
import type { Context } from '../context.ts';
import { requireRoom, startRun } from '../runs/start-run.ts';
import { runToProto } from '../runs/to-proto.ts';
import { lockSource, requireOwnMode } from '../sources/rows.ts';
import { runInProgress } from './delete-data-source.ts';

export async function createDataSourceRun(ctx: Context, request: CreateDataSourceRunRequest, call: HandlerContext) {
  const { dataSourceId = 0n, dryRun = false, confirmMassArchive = false } = request;
  const { method } = DataSourceRunsService;
  const response = await transact(ctx, call, method.createDataSourceRun, request, async (trx, caller) => {
    const source = await lockSource(trx, caller.organizationId, dataSourceId);
    requireOwnMode(caller, source);
    await requireRoom(trx, caller.organizationId);
    const run = await startRun(ctx, trx, source, {
      trigger: 'manual',
      isDry: dryRun,
      confirmsArchive: confirmMassArchive,
      actor: caller.actor,
    });
    if (run === undefined) throw runInProgress();
    return { dataSourceRun: runToProto(run) };
  });
  ctx.wake.runs();
  return response;
}
