import type { DomainError } from '@drippulse/errors';
import { stringifyJson } from '@drippulse/json';
import { EnrollmentStatus } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { causeMetadata, causeText, fromConnectError } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import type { ExecutionRow } from '../executions/rows.ts';
import { callerOf } from './caller.ts';
import type { Loaded } from './load.ts';
import type { End, StepResult } from './step.ts';

const timeoutMs = 15_000;
const passing: ReadonlySet<DomainError['kind']> = new Set(['unavailable', 'aborted', 'internal']);

/** Starts the enrollment of a workflow agent. The runtime remembers the request's key for a day. */
export async function enroll(ctx: Context, { row, step, agent }: Loaded, signal: AbortSignal): Promise<StepResult> {
  const workflowId = agent.workflowId ?? 0n;
  const headers: Record<string, string> = { 'idempotency-key': `agx-${row.key}` };
  if (row.cause !== null) headers[causeMetadata] = causeText({ organizationId: row.organization_id, cause: row.cause });
  const contacts = Buffer.from(stringifyJson([step.request]));
  try {
    const made = await ctx.clients
      .enrollments(callerOf(row))
      .bulkEnroll({ workflowId, contacts }, { headers, timeoutMs, signal });
    const [id] = made.enrollmentIds;
    if (id === undefined)
      return {
        outcome: 'failed',
        code: 'no_enrollments_created',
        message: 'The workflow did not accept the contact.',
      };
    return { outcome: 'succeeded', output: { enrollment_id: String(id) } };
  } catch (error) {
    if (signal.aborted) throw error;
    const { kind, reason, message, retryAfterSeconds } = fromConnectError(error);
    if (!passing.has(kind)) return { outcome: 'failed', code: reason, message };
    return { outcome: 'passing', error: message, ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) };
  }
}

/** The state of an enrollment: how it ended, or whether it waits for something. */
export type Followed = { end: End } | { isWaiting: boolean };

/** Reads the state of an execution's enrollment. An enrollment that no longer exists counts as cancelled. */
export async function follow(ctx: Context, row: ExecutionRow, workflowId: bigint): Promise<Followed> {
  const id = row.enrollment_id ?? 0n;
  try {
    const { enrollment } = await ctx.clients
      .enrollments(callerOf(row))
      .getEnrollment({ workflowId, id }, { timeoutMs });
    if (enrollment === undefined) throw new Error('the runtime answered no enrollment');
    const end = endOf({
      workflowId,
      id,
      status: enrollment.status,
      outcome: enrollment.outcome,
      lastError: enrollment.lastError,
    });
    return end === undefined ? { isWaiting: enrollment.isWaiting } : { end };
  } catch (error) {
    if (fromConnectError(error).kind === 'not_found') return { end: cancelled };
    throw error;
  }
}

const cancelled: End = { status: 'failed', code: 'enrollment_cancelled', message: 'The enrollment was cancelled.' };

/** Returns the end of an execution whose enrollment has ended; undefined while the enrollment is active. */
export function endOf(o: {
  workflowId: bigint;
  id: bigint;
  status: EnrollmentStatus;
  outcome?: string | undefined;
  lastError?: string | undefined;
}): End | undefined {
  if (o.status === EnrollmentStatus.CANCELLED) return cancelled;
  if (o.status === EnrollmentStatus.FAILED) {
    return { status: 'failed', code: 'enrollment_failed', message: o.lastError ?? 'A step of the enrollment failed.' };
  }
  if (o.status !== EnrollmentStatus.COMPLETED) return undefined;
  const output = {
    workflow_id: Number(o.workflowId),
    enrollment_id: Number(o.id),
    status: 'completed',
    outcome: o.outcome ?? null,
  };
  return { status: 'succeeded', output };
}

/** Cancels the enrollment of an execution. Does nothing if the enrollment has ended or no longer exists. */
export async function cancelEnrollment(ctx: Context, row: ExecutionRow, workflowId: bigint): Promise<void> {
  try {
    await ctx.clients
      .enrollments(callerOf(row))
      .deleteEnrollment({ workflowId, id: row.enrollment_id ?? 0n }, { timeoutMs });
  } catch (error) {
    if (fromConnectError(error).kind !== 'not_found') throw error;
  }
}
