import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import type { ListChangesRequest } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { callerOf } from '@drippulse/rpc';
import { overTransfers } from '@drippulse/service';
import type { Context } from '../context.ts';
import { lastCommittedChange } from '../workflows/change-log.ts';
import { selectWorkflows } from '../workflows/rows.ts';
import { workflowToProto } from '../workflows/to-proto.ts';

const sliceRows = 50;

/**
 * Streams the latest change of each workflow of all organizations. Only services that call on their own behalf may call
 * this method.
 */
export async function* listChanges(ctx: Context, request: ListChangesRequest, call: HandlerContext) {
  if (callerOf(call).actor.type !== 'service') {
    throw new DomainError('permission_denied', 'service_required', 'Only services read the change log.');
  }
  const { kysely } = overTransfers(ctx).db;
  const last = await lastCommittedChange(kysely);
  let after = request.afterSequence;
  while (after < last && !call.signal.aborted) {
    const rows = await selectWorkflows(kysely)
      .where('workflows.change', '>', after)
      .where('workflows.change', '<=', last)
      .orderBy('workflows.change')
      .limit(sliceRows)
      .execute();
    for (const row of rows) {
      yield {
        change: row.change,
        organizationId: row.organization_id,
        sequence: row.sequence,
        workflow: workflowToProto(row),
        deleted: row.deleted_at !== null,
        sealedSteps: row.sealed ?? undefined,
      };
    }
    if (rows.length < sliceRows) return;
    after = rows.at(-1)?.change ?? last;
  }
}
