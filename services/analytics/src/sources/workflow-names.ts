import { WorkflowView } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import type { Caller } from '@drippulse/rpc';
import type { Context } from '../context.ts';

const askedAtOnce = 100;

/** Returns the names of workflows by id. Deleted workflows are not in the result. */
export async function workflowNames(
  { clients }: Pick<Context, 'clients'>,
  caller: Caller,
  ids: readonly bigint[],
): Promise<Map<bigint, string>> {
  const names = new Map<bigint, string>();
  for (let start = 0; start < ids.length; start += askedAtOnce) {
    const asked = ids.slice(start, start + askedAtOnce);
    const parts = clients.workflows(caller).listWorkflows({ ids: asked, view: WorkflowView.SUMMARY });
    for await (const { workflows } of parts) {
      for (const { id, name } of workflows) names.set(id, name);
    }
  }
  return names;
}
