import type { HandlerContext } from '@connectrpc/connect';
import type { PreviewDataSourceRequest } from '@drippulse/proto/drippulse/integrations/v1/data_sources_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { forecastOf } from '../runs/forecast.ts';
import { openConfig } from '../sources/config/seal-config.ts';
import { storedMapping } from '../sources/mapping/mapping.ts';
import { previewSource } from '../sources/preview.ts';
import { findUpload } from '../sources/readers/store-file.ts';
import { findSource } from '../sources/rows.ts';

export async function previewDataSource(ctx: Context, { id }: PreviewDataSourceRequest, call: HandlerContext) {
  const caller = callerOf(call);
  const { organizationId } = caller;
  const source = await findSource(ctx.db.kysely, organizationId, id);
  const config = openConfig(ctx.sealer, { organizationId, id }, source);
  const file = config.type === 'csv' ? await findUpload(ctx.db.kysely, { organizationId, sourceId: id }) : undefined;
  const { preview } = await previewSource(ctx, {
    caller,
    config,
    fileId: file?.id,
    target: source.target,
    mapping: storedMapping(source.mapping),
    forecast: forecastOf(ctx, call, source),
  });
  return { preview };
}
