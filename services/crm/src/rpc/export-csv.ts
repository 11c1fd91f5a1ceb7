import type { HandlerContext } from '@connectrpc/connect';
import { DomainError, type Violation } from '@drippulse/errors';
import { isHidden } from '@drippulse/json';
import type { ExportCrmCsvRequest } from '@drippulse/proto/drippulse/crm/v1/bundles_pb';
import { callerOf } from '@drippulse/rpc';
import { overTransfers } from '@drippulse/service';
import type { Context } from '../context.ts';
import { csvCells, csvLines } from '../exports/csv-cells.ts';
import { shapes } from '../exports/shapes.ts';

/** Exports one collection, slice by slice. */
export async function* exportCrmCsv(ctx: Context, { collection = '' }: ExportCrmCsvRequest, call: HandlerContext) {
  const shape = shapes.get(collection);
  if (shape === undefined) {
    const message = `must be one of ${[...shapes.keys()].join(', ')}`;
    const violations: Violation[] = [{ field: 'collection', message, code: 'enum', allowed: [...shapes.keys()] }];
    throw new DomainError('invalid', 'validation_failed', `collection ${message}`, { violations });
  }
  call.responseHeader.set('content-disposition', `attachment; filename="${collection}.csv"`);
  const columns = shape.desc.fields.filter((field) => !isHidden(field)).map(({ name }) => name);
  yield piece([columns]);
  for await (const texts of shape.slices(overTransfers(ctx), callerOf(call).organizationId, call.signal)) {
    yield piece(texts.map((text) => csvCells(columns, text)));
  }
}

function piece(rows: string[][]) {
  return { body: { contentType: 'text/csv; charset=utf-8', data: new TextEncoder().encode(csvLines(rows)) } };
}
