import type { HandlerContext } from '@connectrpc/connect';
import { DomainError, type Violation } from '@drippulse/errors';
import {
  type CreateDataSourceRequest,
  DataSourcesService,
} from '@drippulse/proto/drippulse/integrations/v1/data_sources_pb';
import { transact } from '@drippulse/writes';
import type { Context } from '../context.ts';
import { readSource } from '../sources/columns.ts';
import { isSourceType } from '../sources/config/schemas.ts';
import { insertSource } from '../sources/insert-source.ts';
import { targets, types } from '../sources/texts.ts';
import { sourceToProto } from '../sources/to-proto.ts';

export async function createDataSource(ctx: Context, request: CreateDataSourceRequest, call: HandlerContext) {
  const [type, target] = [types.textOf(request.type) ?? '', targets.textOf(request.target) ?? ''];
  if (!isSourceType(type)) throw missingType();
  const read = await readSource(request, {
    type,
    target,
    present: presentOf(request),
    allowPrivate: ctx.config.allowPrivate,
    now: ctx.clock.now(),
  });
  return transact(ctx, call, DataSourcesService.method.createDataSource, request, async (trx, caller) => {
    const { organizationId, mode } = caller;
    return { dataSource: sourceToProto(await insertSource(ctx, trx, { ...read, organizationId, mode, target })) };
  });
}

function missingType(): DomainError {
  const violations: Violation[] = [{ field: 'type', message: 'is required', code: 'required' }];
  return new DomainError('malformed', 'parameter_missing', 'Required parameter missing: type', { violations });
}

/** Returns the names of the members that the request sets. */
function presentOf(request: CreateDataSourceRequest): Set<string> {
  const { mapping, dedupeBy, writeMode, existing, blank, deletions, schedule, abortIfFailedPercent } = request;
  const given = {
    mapping: mapping.length > 0 || undefined,
    dedupe_by: dedupeBy.length > 0 || undefined,
    write_mode: writeMode,
    existing,
    blank,
    deletions,
    schedule,
    abort_if_failed_percent: abortIfFailedPercent,
  };
  const names = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  return new Set(['name', 'config', ...names]);
}
