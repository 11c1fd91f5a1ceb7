import type { HandlerContext } from '@connectrpc/connect';
import {
  DataSourcesService,
  type UpdateDataSourceRequest,
} from '@drippulse/proto/drippulse/integrations/v1/data_sources_pb';
import { transact } from '@drippulse/writes';
import type { Context } from '../context.ts';
import { readSource } from '../sources/columns.ts';
import { openConfig, sealConfig } from '../sources/config/seal-config.ts';
import { startOf } from '../sources/insert-source.ts';
import { findUpload } from '../sources/readers/store-file.ts';
import { lockSource } from '../sources/rows.ts';
import { sourceToProto } from '../sources/to-proto.ts';

/**
 * Changes a data source. The next run reads everything, because the change may affect rows that a reading of changes
 * would skip. A paused schedule resumes.
 */
export async function updateDataSource(ctx: Context, request: UpdateDataSourceRequest, call: HandlerContext) {
  return transact(ctx, call, DataSourcesService.method.updateDataSource, request, async (trx, { organizationId }) => {
    const before = await lockSource(trx, organizationId, request.id);
    const place = { organizationId, id: before.id };
    const formerConfig = openConfig(ctx.sealer, place, before);
    const now = ctx.clock.now();
    const { columns, config } = await readSource(request, {
      type: formerConfig.type,
      target: before.target,
      present: new Set(request.updateMask?.paths),
      former: before,
      formerConfig,
      allowPrivate: ctx.config.allowPrivate,
      now,
    });
    const row = await trx
      .updateTable('data_sources')
      .set({
        ...pick(columns),
        ...sealConfig(ctx.sealer, place, config),
        next_run_at: startOf(columns, now),
        schedule_paused_at: null,
        failures_in_a_row: 0,
        position: null,
        updated_at: now,
      })
      .where('organization_id', '=', organizationId)
      .where('id', '=', before.id)
      .returningAll()
      .executeTakeFirstOrThrow();
    return { dataSource: sourceToProto(row, await findUpload(trx, { organizationId, sourceId: row.id })) };
  });
}

/** Picks the columns that a person chooses. */
function pick(columns: Awaited<ReturnType<typeof readSource>>['columns']) {
  const { name, mapping, dedupe_by, write_mode, existing, blank, deletions, abort_if_failed_percent } = columns;
  const { schedule_frequency, schedule_timezone } = columns;
  return {
    name,
    mapping,
    dedupe_by,
    write_mode,
    existing,
    blank,
    deletions,
    abort_if_failed_percent,
    schedule_frequency,
    schedule_timezone,
  };
}
