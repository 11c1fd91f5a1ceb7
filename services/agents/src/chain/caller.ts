import { type Caller, modeOf, simpleActors } from '@drippulse/rpc';
import type { ExecutionRow } from '../executions/rows.ts';

/**
 * Returns the caller who requested the execution. If a workflow step requested it, calls of this caller continue the
 * hop count of the step's chain.
 */
export function callerOf(row: ExecutionRow): Caller {
  const { organization_id: organizationId, actor_type: type, actor_id: id, hops } = row;
  const simple = simpleActors.find((known) => known === type);
  const actor = simple === undefined ? ({ type: 'workflow', id, hops } as const) : { type: simple, id };
  return { organizationId, actor, role: 'editor', mode: modeOf(row.mode) };
}
