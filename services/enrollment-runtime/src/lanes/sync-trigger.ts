import { awaitedNamesOf, type Settings, type Step, triggeringEventOf } from '@drippulse/engine';
import type { Mode } from '@drippulse/rpc';
import type { Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import type { LaneState } from './lane.ts';

type Change = {
  organizationId: bigint;
  workflowId: bigint;
  mode: Mode;
  state: LaneState;
  steps: readonly Step[];
  settings: Settings;
};

/**
 * Updates the event that a workflow listens to from its trigger, in the transaction of the change and under the lane's
 * lock. An event starts only an active workflow. The row of a paused workflow is kept too, so that the event's record
 * can name the workflow as not started.
 */
export async function syncTrigger(trx: Transaction<DB>, change: Change): Promise<void> {
  const { organizationId, workflowId, mode, state, steps } = change;
  await rememberAwaited(trx, change);
  const eventName = state === 'active' || state === 'paused' ? triggeringEventOf(steps) : undefined;
  if (eventName === undefined) {
    await trx.deleteFrom('event_triggers').where('workflow_id', '=', workflowId).execute();
    return;
  }
  await trx
    .insertInto('event_triggers')
    .values({ workflow_id: workflowId, organization_id: organizationId, mode, event_name: eventName })
    .onConflict((conflict) => conflict.column('workflow_id').doUpdateSet({ event_name: eventName }))
    .execute();
}

/**
 * Stores the event names that the version awaits. Names of earlier versions stay as long as the workflow, because
 * enrollments may still be in these versions.
 */
async function rememberAwaited(trx: Transaction<DB>, change: Change): Promise<void> {
  const { organizationId, workflowId, mode, state, steps, settings } = change;
  if (state === 'deleted') {
    await trx
      .deleteFrom('awaited_names')
      .where('organization_id', '=', organizationId)
      .where('workflow_id', '=', workflowId)
      .execute();
    return;
  }
  const names = awaitedNamesOf(steps, settings);
  if (names.length === 0) return;
  await trx
    .insertInto('awaited_names')
    .values(names.map((event_name) => ({ organization_id: organizationId, workflow_id: workflowId, mode, event_name })))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
