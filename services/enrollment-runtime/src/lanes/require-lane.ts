import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import { callerOf, modeFromProto } from '@drippulse/rpc';
import type { Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { applyWorkflow } from './apply-workflow.ts';
import { type Lane, laneStateOf } from './lane.ts';
import { findLane, type LaneKey, lockLane } from './lock-lane.ts';
import { boxOf, versionOf } from './sealed-steps.ts';

/**
 * Returns the lane of a workflow of the caller's organization. If the runtime has no copy of the workflow yet, it asks
 * the workflows service. Later changes of the workflow have higher sequences, so they replace this copy.
 */
export async function requireLane(ctx: Context, call: HandlerContext, workflowId: bigint): Promise<Lane> {
  const caller = callerOf(call);
  const key = { organizationId: caller.organizationId, workflowId };
  const known = await findLane(ctx.db.kysely, key);
  if (known !== undefined) return known;
  const { workflow, sealedSteps } = await ctx.clients.workflows(caller, call).getWorkflow({ id: workflowId });
  if (workflow === undefined) throw workflowNotFound();
  const { version, name, status } = workflow;
  const mode = modeFromProto(workflow.mode);
  const sealed = boxOf(sealedSteps);
  await applyWorkflow(ctx, {
    ...key,
    sequence: 0n,
    version,
    mode,
    name,
    ...versionOf(workflow),
    sealed,
    state: laneStateOf(status),
  });
  const applied = await findLane(ctx.db.kysely, key);
  if (applied === undefined) throw workflowNotFound();
  return applied;
}

/**
 * Reads data of a workflow of the caller's organization by one statement that includes the lane. When `read` returns
 * undefined, `requireLane` fetches the workflow or throws, and `read` runs again.
 */
export async function readOfLane<T>(
  ctx: Context,
  call: HandlerContext,
  workflowId: bigint,
  read: (key: LaneKey) => Promise<T | undefined>,
): Promise<T> {
  const known = await read({ organizationId: callerOf(call).organizationId, workflowId });
  if (known !== undefined) return known;
  const { organizationId } = await requireLane(ctx, call, workflowId);
  const found = await read({ organizationId, workflowId });
  if (found === undefined) throw workflowNotFound();
  return found;
}

/** Runs `requireLane` inside a transaction, and locks the lane's state until it ends. */
export async function requireLockedLane(
  trx: Transaction<DB>,
  key: { organizationId: bigint; workflowId: bigint },
): Promise<Lane> {
  const lane = await lockLane(trx, key);
  if (lane === undefined) throw workflowNotFound();
  return lane;
}

function workflowNotFound(): DomainError {
  return new DomainError('not_found', 'workflow_not_found', 'There is no workflow with this id.');
}
