import type { HandlerContext } from '@connectrpc/connect';
import type { Step } from '@drippulse/engine';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { openSteps } from '../workflows/step-secrets.ts';

/** The stored values that a request would replace: the steps with their credentials, the settings, and the status. */
type Former = { steps: readonly Step[]; settings: string; status: string };

/** Loads the workflow whose steps a request would replace. Returns an empty draft for a new workflow. */
export async function loadFormer(ctx: Context, call: HandlerContext, id: bigint | undefined): Promise<Former> {
  if (id === undefined) return { steps: [], settings: '{}', status: 'draft' };
  const row = await ctx.loadWorkflow(callerOf(call).organizationId, id);
  return { steps: openSteps(ctx.sealer, row), settings: row.settings, status: row.status };
}
