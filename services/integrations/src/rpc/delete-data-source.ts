import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import {
  DataSourcesService,
  type DeleteDataSourceRequest,
} from '@drippulse/proto/drippulse/integrations/v1/data_sources_pb';
import { transact } from '@drippulse/writes';
import type { Context } from '../context.ts';
import { activeStatuses } from '../runs/rows.ts';
import { lockSource } from '../sources/rows.ts';

export async function deleteDataSource(ctx: Context, request: DeleteDataSourceRequest, call: HandlerContext) {
  return transact(ctx, call, DataSourcesService.method.deleteDataSource, request, async (trx, { organizationId }) => {
    const { id } = await lockSource(trx, organizationId, request.id);
    const active = await trx
      .selectFrom('data_source_runs')
      .select('id')
      .where('organization_id', '=', organizationId)
      .where('data_source_id', '=', id)
      .where('status', 'in', activeStatuses)
      .executeTakeFirst();
    if (active !== undefined) throw runInProgress();
    for (const table of ['source_files', 'source_records'] as const) {
      await trx
        .deleteFrom(table)
        .where('organization_id', '=', organizationId)
        .where('data_source_id', '=', id)
        .execute();
    }
    const now = ctx.clock.now();
    await trx
      .updateTable('data_sources')
      .set({ deleted_at: now, updated_at: now, next_run_at: null, config: Buffer.alloc(0), data_key: Buffer.alloc(0) })
      .where('organization_id', '=', organizationId)
      .where('id', '=', id)
      .execute();
    return {};
  });
}

export function runInProgress(): DomainError {
  const message = 'The data source is running. Wait for the run to end, or cancel it.';
  return new DomainError('already_exists', 'run_in_progress', message);
}
