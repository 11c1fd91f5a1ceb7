import type { HandlerContext } from '@connectrpc/connect';
import { type Caller, fromConnectError } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import type { Change } from '../workflows/events.ts';
import { workflowToProto } from '../workflows/to-proto.ts';

const applyWithinMs = 1000;

/**
 * Announces a change after its commit. Wakes the relay, which sends the event, and calls the runtime, so that a pause
 * or a new workflow takes effect without waiting for the event. A failed call is ignored, because the event carries the
 * same change.
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
  const applied = {
    sequence: row.sequence,
    workflow: workflowToProto(row),
    deleted: row.deleted_at !== null,
    sealedSteps: row.sealed ?? undefined,
  };
  try {
    await ctx.clients.runtime(caller, call).applyWorkflow(applied, { timeoutMs: applyWithinMs });
  } catch (error) {
    ctx.log.debug(
      { err: fromConnectError(error), workflow_id: row.id.toString() },
      'the runtime gets this change by its event',
    );
  }
}
