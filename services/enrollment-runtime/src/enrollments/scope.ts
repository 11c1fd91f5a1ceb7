import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import { type Caller, callerOf } from '@drippulse/rpc';
import type { Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { applyWorkflow } from '../lanes/apply-workflow.ts';
import { type Lane, laneStateOf } from '../lanes/lane.ts';
import { findLane, type LaneKey, lockLane } from '../lanes/lock-lane.ts';

/**
 * The lane of a workflow of the caller's organization. One that the runtime has not heard of yet, because it was made a
 * moment ago, is asked for; whatever it later hears is newer.
 */
export async function requireLane(ctx: Context, call: HandlerContext, workflowId: bigint): Promise<Lane> {
  const caller = callerOf(call);
  const key = { organizationId: caller.organizationId, workflowId };
  const known = await findLane(ctx.db.kysely, key);
  if (known !== undefined) return known;
  const { workflow } = await ctx.clients.workflows(caller, call).getWorkflow({ id: workflowId });
  if (workflow === undefined) throw workflowNotFound();
  const { version, name, status } = workflow;
  const steps = Buffer.from(workflow.steps).toString();
  await applyWorkflow(ctx, { ...key, sequence: 0n, version, name, steps, state: laneStateOf(status) });
  const applied = await findLane(ctx.db.kysely, key);
  if (applied === undefined) throw workflowNotFound();
  return applied;
}

/**
 * What `read` finds of a workflow of the caller's organization, by a statement that looks for its lane itself: undefined
 * is that there is none, and `requireLane` says whether that is so.
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

/** `requireLane` inside a transaction, which keeps the lane's state as it is until it ends. */
export async function requireLockedLane(
  trx: Transaction<DB>,
  key: { organizationId: bigint; workflowId: bigint },
): Promise<Lane> {
  const lane = await lockLane(trx, key);
  if (lane === undefined) throw workflowNotFound();
  return lane;
}

/** Test keys change what they made, and nothing of what is live. */
export function requireMode(caller: Caller, mode: string): void {
  if (caller.mode === 'test' && mode !== 'test') {
    throw new DomainError('permission_denied', 'test_mode', 'A test key cannot change a live enrollment.');
  }
}

function workflowNotFound(): DomainError {
  return new DomainError('not_found', 'workflow_not_found', 'There is no workflow with this id.');
}

export function enrollmentNotFound(): DomainError {
  return new DomainError('not_found', 'enrollment_not_found', 'There is no enrollment with this id.');
}
