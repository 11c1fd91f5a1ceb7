import { create } from '@bufbuild/protobuf';
import { type EffectResult, EffectResultSchema } from '@drippulse/proto/drippulse/journeys/v1/effects_pb';
import type { ExecutionView } from '../executions/rows.ts';

/** Transient failures, after which a later attempt of the step may succeed. */
const passing = new Set(['provider_unavailable', 'timeout']);

/** Converts an ended execution to the result of the step that requested the execution. */
export function resultOf({
  id,
  status,
  output,
  error_code: code,
  error_message: message,
}: ExecutionView): EffectResult {
  if (status === 'succeeded') {
    const value = { message: `Execution ${id} succeeded`, output: Buffer.from(output ?? '') };
    return create(EffectResultSchema, { outcome: { case: 'succeeded', value } });
  }
  if (status === 'cancelled') return failed(`execution ${id} was cancelled`);
  return failed(`execution ${id} failed: ${code}: ${message ?? ''}`, { retryable: passing.has(code ?? '') });
}

export function failed(
  error: string,
  { retryable = false, retryAfterSeconds }: { retryable?: boolean; retryAfterSeconds?: number | undefined } = {},
): EffectResult {
  const value = { error, retryable, ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) };
  return create(EffectResultSchema, { outcome: { case: 'failed', value } });
}
