import type { HandlerContext } from '@connectrpc/connect';
import { type Caller, fromConnectError } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import type { Change } from './events.ts';
import { toProto } from './to-proto.ts';

const applyWithinMs = 1000;

/**
 * After the commit: the relay sends the event, and the runtime is told at once, so that who pauses a workflow or
 * enrolls into a new one need not wait for the event. Best effort, because the event says the same.
 */
export async function announce(ctx: Context, call: HandlerContext, { kind, row }: Change): Promise<void> {
  ctx.relay.wake();
  ctx.metrics.workflowChanged(kind);
  const caller: Caller = {
    organizationId: row.organization_id,
    actor: { type: 'service', id: 'workflows' },
    role: 'admin',
    mode: 'live',
  };
  const applied = { sequence: row.sequence, workflow: toProto(row), deleted: row.deleted_at !== null };
  try {
    await ctx.clients.runtime(caller, call).applyWorkflow(applied, { timeoutMs: applyWithinMs });
  } catch (error) {
    ctx.log.debug({ err: fromConnectError(error), workflow_id: row.id.toString() }, 'runtime hears by the event');
  }
}
