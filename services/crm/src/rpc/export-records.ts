import type { HandlerContext } from '@connectrpc/connect';
import type { ExportCrmRecordsRequest } from '@drippulse/proto/drippulse/crm/v1/bundles_pb';
import { callerOf } from '@drippulse/rpc';
import { overTransfers } from '@drippulse/service';
import type { Context } from '../context.ts';
import { shapes } from '../exports/shapes.ts';

/**
 * Exports all records of the organization, including deleted ones, slice by slice, so that neither this service nor the
 * gateway ever has the whole export in memory.
 */
export async function* exportCrmRecords(ctx: Context, _request: ExportCrmRecordsRequest, call: HandlerContext) {
  const own = overTransfers(ctx);
  const { organizationId } = callerOf(call);
  const head = { version: 1, exported_at: ctx.clock.now().toISOString(), organization_id: Number(organizationId) };
  yield piece(JSON.stringify(head).slice(0, -1));
  for (const [name, { slices }] of shapes) {
    yield piece(`,"${name}":[`);
    let separator = '';
    for await (const texts of slices(own, organizationId, call.signal)) {
      yield piece(separator + texts.join(','));
      separator = ',';
    }
    yield piece(']');
  }
  yield piece('}');
}

function piece(text: string) {
  return { body: { contentType: 'application/json', data: new TextEncoder().encode(text) } };
}
