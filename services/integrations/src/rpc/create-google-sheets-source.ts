import type { HandlerContext } from '@connectrpc/connect';
import {
  type CreateGoogleSheetsSourceRequest,
  DataSourcesService,
} from '@drippulse/proto/drippulse/integrations/v1/data_sources_pb';
import { callerOf } from '@drippulse/rpc';
import { transact } from '@drippulse/writes';
import type { Context } from '../context.ts';
import { forecastOf } from '../runs/forecast.ts';
import { keysOf, readSource } from '../sources/columns.ts';
import type { SourceConfig } from '../sources/config/schemas.ts';
import { insertSource } from '../sources/insert-source.ts';
import { previewSource } from '../sources/preview.ts';
import { readSheetLink } from '../sources/sheet-link.ts';
import { targets } from '../sources/texts.ts';
import { sourceToProto } from '../sources/to-proto.ts';

/** Creates a data source after reading the sheet, so that an unreadable link leaves no data source behind. */
export async function createGoogleSheetsSource(
  ctx: Context,
  request: CreateGoogleSheetsSourceRequest,
  call: HandlerContext,
) {
  const target = targets.textOf(request.target) ?? '';
  const settings = {
    ...readSheetLink(request.url ?? ''),
    ...(request.connectionKey !== undefined && { connection_key: request.connectionKey }),
  };
  const given = { name: request.name ?? 'Google Sheet', config: Buffer.from(JSON.stringify(settings)) };
  const options = {
    type: 'google_sheets' as const,
    target,
    allowPrivate: ctx.config.allowPrivate,
    now: ctx.clock.now(),
  };
  const { config } = await readSource(given, { ...options, present: new Set(['name', 'config']) });
  const { preview, suggested } = await tryOut(ctx, call, config, target);
  const { columns } = await readSource(
    { ...given, mapping: Buffer.from(JSON.stringify(suggested)) },
    { ...options, present: new Set(['name', 'config', 'mapping']) },
  );
  return transact(ctx, call, DataSourcesService.method.createGoogleSheetsSource, request, async (trx, caller) => {
    const { organizationId, mode } = caller;
    const row = await insertSource(ctx, trx, { organizationId, mode, target, columns, config });
    return { dataSource: sourceToProto(row), preview };
  });
}

function tryOut(ctx: Context, call: HandlerContext, config: SourceConfig, target: string) {
  const options = { id: 0n, target, blank: 'keep', existing: 'overwrite', write_mode: 'create_and_update' };
  return previewSource(ctx, {
    caller: callerOf(call),
    config,
    fileId: undefined,
    target,
    mapping: [],
    forecast: forecastOf(ctx, call, { ...options, dedupe_by: keysOf(target) }),
  });
}
