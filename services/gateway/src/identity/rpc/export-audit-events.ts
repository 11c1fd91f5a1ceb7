import type { HandlerContext } from '@connectrpc/connect';
import type { ExportAuditEventsRequest } from '@drippulse/proto/drippulse/identity/v1/audit_pb';
import { callerOf } from '@drippulse/rpc';
import { overTransfers } from '@drippulse/service';
import { stringify } from 'csv-stringify/sync';
import type { AuditRow } from '../audit/to-proto.ts';
import type { Context } from '../context.ts';

const sliceRows = 500;

const columns = [
  'number',
  'created_at',
  'name',
  'resource_id',
  'actor_type',
  'actor_id',
  'actor_name',
  'before',
  'after',
  'address',
  'request_id',
  'hash',
] as const satisfies readonly (keyof AuditRow)[];

/** Exports the trail, slice by slice. */
export async function* exportAuditEvents(ctx: Context, _request: ExportAuditEventsRequest, call: HandlerContext) {
  call.responseHeader.set('content-disposition', 'attachment; filename="audit-events.csv"');
  const { organizationId } = callerOf(call);
  const { kysely } = overTransfers(ctx).db;
  yield piece([[...columns]]);
  for (let after = 0n; !call.signal.aborted; ) {
    const rows = await kysely
      .selectFrom('audit_events')
      .selectAll()
      .where('organization_id', '=', organizationId)
      .where('number', '>', after)
      .orderBy('number')
      .limit(sliceRows)
      .execute();
    if (rows.length > 0) yield piece(rows.map((row) => columns.map((column) => cellOf(row[column]))));
    after = rows.at(-1)?.number ?? after;
    if (rows.length < sliceRows) return;
  }
}

function cellOf(value: string | bigint | Date | null): string {
  if (value === null) return '';
  return value instanceof Date ? value.toISOString() : String(value);
}

/**
 * Converts rows to a piece of CSV. People choose the names in the rows, so a cell that a spreadsheet would run as a
 * formula is escaped.
 */
function piece(rows: string[][]) {
  const text = stringify(rows, { escape_formulas: true, record_delimiter: '\r\n' });
  return { body: { contentType: 'text/csv; charset=utf-8', data: new TextEncoder().encode(text) } };
}
