import type { HandlerContext } from '@connectrpc/connect';
import { refuseViolations } from '@drippulse/errors';
import { callerOf, type Mode, modeFromProto } from '@drippulse/rpc';
import type { Context } from '../context.ts';

/**
 * Refuses an unknown workflow, and refuses a test workflow for a live form, because a live lead starts no test
 * workflow.
 */
export async function requireWorkflow(
  ctx: Context,
  call: HandlerContext,
  id: bigint | null,
  formMode: Mode,
): Promise<void> {
  if (id === null) return;
  const { workflow } = await ctx.clients.workflows(callerOf(call), call).getWorkflow({ id });
  if (formMode === 'live' && modeFromProto(workflow?.mode) === 'test') {
    refuseViolations([
      { field: 'workflow_id', message: 'is a test workflow: only a test form can start it', code: 'not_allowed' },
    ]);
  }
}
