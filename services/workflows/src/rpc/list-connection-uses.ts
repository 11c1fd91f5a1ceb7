import type { HandlerContext } from '@connectrpc/connect';
import { createYielder } from '@drippulse/loops';
import type { ListConnectionUsesRequest } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { callerOf } from '@drippulse/rpc';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { usesOf } from '../workflows/connection-uses.ts';

const sliceRows = 200;
const most = 1_000;
/** Number of characters of steps that are parsed in one turn of the event loop. */
const turnCharacters = 64 * 1024;

/**
 * Reads the steps of all workflows that name an integration, slice by slice, because no index covers the content of
 * steps.
 */
export async function listConnectionUses(
  { db }: Context,
  { integration, connectionKey }: ListConnectionUsesRequest,
  call: HandlerContext,
) {
  const { organizationId } = callerOf(call);
  const workflows: ReturnType<typeof useOf>[] = [];
  const yieldAfter = createYielder(turnCharacters);
  for (let after = 0n; workflows.length < most; ) {
    const rows = await db.kysely
      .selectFrom('workflows')
      .innerJoin('workflow_versions', (join) =>
        join
          .onRef('workflow_versions.workflow_id', '=', 'workflows.id')
          .onRef('workflow_versions.version', '=', 'workflows.version'),
      )
      .select(['workflows.id', 'workflows.name', 'workflow_versions.steps'])
      .where('workflows.organization_id', '=', organizationId)
      .where('workflows.deleted_at', 'is', null)
      .where('workflows.status', '!=', 'archived')
      .where(sql<boolean>`workflow_versions.steps::text ~ '"(integration_id|alert)"'`)
      .where('workflows.id', '>', after)
      .orderBy('workflows.id')
      .limit(sliceRows)
      .execute();
    for (const row of rows) {
      const uses = usesOf(row.steps, { integration, connectionKey });
      if (uses.length > 0) workflows.push(useOf(row, uses));
      await yieldAfter(row.steps.length);
    }
    if (rows.length < sliceRows) break;
    after = rows.at(-1)?.id ?? after;
  }
  return { workflows: workflows.slice(0, most) };
}

function useOf({ id, name }: { id: bigint; name: string }, uses: ReturnType<typeof usesOf>) {
  return {
    workflowId: id,
    name,
    stepIds: uses.map(({ stepId }) => stepId),
    actions: [...new Set(uses.map(({ action }) => action))],
  };
}
