import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { HandlerContext } from '@connectrpc/connect';
import { countUpTo, readList } from '@drippulse/db';
import type { ListWorkflowVersionsRequest } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { callerOf, modeOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { activeOf } from '../stats/stats-of.ts';
import { sliceVersions, versionsOf } from '../workflows/versions.ts';

/** Lists versions without reading their steps, which have up to 256 KiB. */
export async function listWorkflowVersions(ctx: Context, request: ListWorkflowVersionsRequest, call: HandlerContext) {
  const { workflowId } = request;
  const { kysely } = ctx.db;
  const workflow = await ctx.loadWorkflow(callerOf(call).organizationId, workflowId);
  const { rows, paging } = await readList(request, {
    rows: ({ beforeId: before, offset, limit }) =>
      sliceVersions(kysely, { workflowId, before, offset, limit }).execute(),
    count: () => countUpTo(kysely, versionsOf(kysely, workflowId).select('version')),
  });
  const versions = rows.map(({ version }) => version);
  const active = await activeOf(ctx, call, { workflowId, versions, mode: modeOf(workflow.mode) });
  return {
    versions: rows.map((row) => ({
      version: row.version,
      isCurrent: row.version === workflow.version,
      stepCount: row.step_count,
      activeEnrollments: active && (active[row.version] ?? 0n),
      actorType: row.actor_type,
      actorId: row.actor_id,
      createdAt: timestampFromDate(row.created_at),
    })),
    ...paging,
    ...(active === undefined && { partial: true }),
  };
}
