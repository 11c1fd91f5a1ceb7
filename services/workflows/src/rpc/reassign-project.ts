import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import type { ReassignProjectRequest } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { callerOf, causeOf, type Mode, roles } from '@drippulse/rpc';
import { saveChanges } from '../changes/save-changes.ts';
import type { Context } from '../context.ts';
import { closeProject } from '../projects/close-project.ts';
import { findHeir } from '../projects/open-project.ts';
import { appendWorkflowEvent } from '../workflows/events.ts';
import { lockWorkflow } from '../workflows/rows.ts';

const sliceRows = 20;

type Move = { organizationId: bigint; mode: Mode; from: bigint; to: bigint | null; cause: string | undefined };

/**
 * Closes the project, then moves its workflows slice by slice, each slice with its events in its own transaction. A
 * repeated call continues an interrupted one, because workflows already moved are no longer found. The runtime knows no
 * projects, so the moves are published only as events.
 */
export async function reassignProject(ctx: Context, request: ReassignProjectRequest, call: HandlerContext) {
  const { organizationId, role, mode } = callerOf(call);
  if (roles.indexOf(role) < roles.indexOf('editor')) {
    throw new DomainError('permission_denied', 'insufficient_role', 'Your role does not permit this.');
  }
  const { projectId: from, reassignTo } = request;
  const move = { organizationId, mode, from, to: reassignTo ?? null, cause: causeOf(call) };
  if (move.from === move.to) return { movedCount: 0n };
  const { onlyIfEmpty = false } = request;
  await ctx.db.kysely.transaction().execute((trx) => closeProject(trx, { ...move, onlyIfEmpty }));
  let movedCount = 0;
  for (;;) {
    const moved = await moveSlice(ctx, move);
    ctx.relay.wake();
    movedCount += moved;
    if (moved < sliceRows) return { movedCount: BigInt(movedCount) };
  }
}

async function moveSlice(ctx: Context, { organizationId, from, to, cause }: Move): Promise<number> {
  return ctx.db.kysely.transaction().execute(async (trx) => {
    const ids = await trx
      .selectFrom('workflows')
      .select('id')
      .where('organization_id', '=', organizationId)
      .where('project_id', '=', from)
      .where('deleted_at', 'is', null)
      .orderBy('id')
      .limit(sliceRows)
      .forUpdate()
      .execute();
    const heir = await findHeir(trx, organizationId, to);
    for (const { id } of ids) {
      const change = await saveChanges(ctx, trx, await lockWorkflow(trx, organizationId, id), { project_id: heir });
      if (change !== undefined) await appendWorkflowEvent(trx, change, cause);
    }
    return ids.length;
  });
}
