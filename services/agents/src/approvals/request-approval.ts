import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { type JsonObject, stringifyJson } from '@drippulse/json';
import { type Approval, ApprovalKind } from '@drippulse/proto/drippulse/journeys/v1/approvals_pb';
import type { Caller } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import type { ExecutionRow } from '../executions/rows.ts';

const timeoutMs = 10_000;

/** The question for a person. */
export type Question = {
  caller: Caller;
  row: ExecutionRow;
  seq: number;
  kind: ApprovalKind;
  /** Text that this service wrote. Only the preview contains text that a model wrote. */
  message: string;
  preview: JsonObject;
  expiresAt: Date;
};

/** Asks for an approval, once per key, and returns its current state. Only administrators decide about budgets. */
export async function requestApproval(
  ctx: Context,
  { caller, row, seq, kind, message, preview, expiresAt }: Question,
  signal: AbortSignal,
): Promise<Approval | undefined> {
  const { source_workflow_id: workflowId, source_enrollment_id: enrollmentId } = row;
  const { approval } = await ctx.clients.approvals(caller).requestApproval(
    {
      key: approvalKey(row.key, seq),
      kind,
      ...(workflowId !== null && enrollmentId !== null && { workflowId, enrollmentId }),
      agentId: row.agent_id,
      executionId: row.id,
      message,
      preview: Buffer.from(stringifyJson(preview)),
      canEditArguments: kind === ApprovalKind.AGENT_ACTION,
      expiresAt: timestampFromDate(expiresAt),
    },
    { timeoutMs, signal },
  );
  return approval;
}

/** Withdraws a question whose answer is no longer needed. */
export async function cancelApproval(
  ctx: Context,
  { caller, row, seq }: Pick<Question, 'caller' | 'row' | 'seq'>,
): Promise<void> {
  await ctx.clients.approvals(caller).cancelApproval({ key: approvalKey(row.key, seq) }, { timeoutMs });
}

function approvalKey(executionKey: string, seq: number): string {
  return `agents:${executionKey}:${seq}`;
}
