import { eventTriggerOf, type Step } from '@drippulse/engine';
import type { Mode } from '@drippulse/rpc';
import type { Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import type { LaneState } from './lane.ts';

/**
 * Makes the event that a workflow listens to equal to its trigger, in the transaction of the change and under the
 * lane's lock. Only an active workflow listens.
 */
export async function syncTrigger(
  trx: Transaction<DB>,
  change: { organizationId: bigint; workflowId: bigint; mode: Mode; state: LaneState; steps: readonly Step[] },
): Promise<void> {
  const { organizationId, workflowId, mode, state, steps } = change;
  const trigger = state === 'active' ? eventTriggerOf(steps) : undefined;
  if (trigger === undefined) {
    await trx.deleteFrom('event_triggers').where('workflow_id', '=', workflowId).execute();
    return;
  }
  const { eventName } = trigger;
  await trx
    .insertInto('event_triggers')
    .values({ workflow_id: workflowId, organization_id: organizationId, mode, event_name: eventName })
    .onConflict((conflict) => conflict.column('workflow_id').doUpdateSet({ mode, event_name: eventName }))
    .execute();
}
