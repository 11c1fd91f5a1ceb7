import { type Approval, ApprovalKind } from '@drippulse/proto/drippulse/journeys/v1/approvals_pb';
import { sql } from 'kysely';
import type { Context } from '../context.ts';

/**
 * Makes an execution due if it waits for a decision. Raises the execution's fence, so that a process that read the
 * approval just before the decision cannot park the execution again. If the call is late or repeated, no question is
 * open any more, so the call does not disturb a running attempt.
 */
export async function goOnAfter(ctx: Context, organizationId: bigint, { kind, executionId }: Approval): Promise<void> {
  if ((kind !== ApprovalKind.AGENT_ACTION && kind !== ApprovalKind.BUDGET) || executionId === undefined) return;
  const { numAffectedRows = 0n } = await sql`
    update executions set fence = fence + 1, wake_at = clock_timestamp()
    where id = ${executionId} and organization_id = ${organizationId} and work = 'llm'
      and status in ('running', 'waiting_approval') and exists (
        select from execution_steps as step
        where step.created_at = executions.created_at and step.execution_id = executions.id
          and step.kind in ('approval', 'budget') and step.status = 'intent')`.execute(ctx.db.kysely);
  if (numAffectedRows > 0n) ctx.wake.executions();
}
