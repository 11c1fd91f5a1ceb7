import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { type JsonObject, stringifyJson } from '@drippulse/json';
import type { EffectResult } from '@drippulse/proto/drippulse/journeys/v1/effects_pb';
import { causeMetadata, causeText } from '@drippulse/rpc';
import type { ActionEffect } from '../../actions/action.ts';
import type { Context } from '../../context.ts';
import type { ExecutionRow } from '../../executions/rows.ts';
import { storedObject } from '../../json-objects.ts';
import type { ToolResult } from '../../tools/state.ts';
import { callerOf } from '../caller.ts';

/** Timeout of the call, longer than the longest attempt of an effect. */
const timeoutMs = 40_000;

/** Asks the runtime to perform an action. Every attempt has the same key and bytes. */
export async function performAction(
  ctx: Context,
  o: { row: ExecutionRow; seq: number; attempt: number; kind: ActionEffect; request: JsonObject },
  signal: AbortSignal,
): Promise<ToolResult> {
  const { row, seq, attempt, kind, request } = o;
  const { source_workflow_id: workflowId, source_enrollment_id: enrollmentId, cause } = row;
  const { result } = await ctx.clients.actions(callerOf(row)).performAction(
    {
      key: `${row.key}:${seq}`,
      kind,
      request: Buffer.from(stringifyJson(request)),
      attempt,
      plannedAt: timestampFromDate(row.created_at),
      ...(workflowId !== null && enrollmentId !== null && { workflowId, enrollmentId }),
      agentId: row.agent_id,
      cause: cause ?? '',
    },
    {
      ...{ timeoutMs, signal },
      ...(cause !== null && {
        headers: { [causeMetadata]: causeText({ organizationId: row.organization_id, cause }) },
      }),
    },
  );
  return resultOf(result);
}

function resultOf(result: EffectResult | undefined): ToolResult {
  const outcome = result?.outcome;
  switch (outcome?.case) {
    case 'succeeded': {
      const { message, output } = outcome.value;
      const more = output.length === 0 ? {} : storedObject(Buffer.from(output).toString());
      return { outcome: 'succeeded', output: { message, ...more } };
    }
    case 'skipped':
      return { outcome: 'refused', why: 'failed', problem: outcome.value.reason };
    case 'failed': {
      const { error, retryable, retryAfterSeconds } = outcome.value;
      if (!retryable) return { outcome: 'refused', why: 'failed', problem: error };
      return { outcome: 'passing', error, ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) };
    }
    default:
      return { outcome: 'refused', why: 'failed', problem: 'It had no result.' };
  }
}
