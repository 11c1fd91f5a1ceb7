import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import { prefersAsync } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import type { Asked } from './asked.ts';
import { awaitEnd } from './await-end.ts';
import { type ExecutionView, isActive } from './rows.ts';
import { startExecution } from './start.ts';
import { executionToProto } from './to-proto.ts';

/**
 * Starts an execution and waits for its end. If the execution is still active after the maximum wait, the HTTP status
 * is 202.
 */
export async function answerExecution(ctx: Context, asked: Asked, call: HandlerContext) {
  const { view, replayed } = await startExecution(ctx, asked, call);
  const isAsync = prefersAsync(call);
  const row = isActive(view) && !isAsync ? await awaitEnd(ctx, view) : view;
  if (replayed) call.responseHeader.set('idempotent-replayed', 'true');
  if (isActive(row)) {
    call.responseHeader.set('x-http-status', '202');
    call.responseHeader.set('location', `/api/v1/agents/${row.agent_id}/executions/${row.id}`);
    if (isAsync) call.responseHeader.set('preference-applied', 'respond-async');
  }
  refusePassing(row);
  return { execution: executionToProto(row, { replayed }) };
}

/** Throws a transient failure as an error of the request, so that a request with the same key starts a new attempt. */
function refusePassing({ id, status, error_code: code, error_message: message }: ExecutionView): void {
  if (status !== 'failed') return;
  const text = `Execution ${id} failed: ${message ?? ''}`;
  if (code === 'provider_unavailable') throw new DomainError('unavailable', code, text, { retryAfterSeconds: 5 });
  if (code === 'timeout') throw new DomainError('unavailable', 'agent_timeout', text, { retryAfterSeconds: 5 });
}
