import type { HandlerContext } from '@connectrpc/connect';
import type { InferAgentRequest } from '@drippulse/proto/drippulse/agents/v1/executions_pb';
import type { Context } from '../context.ts';
import { answerExecution } from '../executions/answer.ts';
import { readAsked } from '../executions/read-asked.ts';

export function inferAgent(ctx: Context, request: InferAgentRequest, call: HandlerContext) {
  return answerExecution(
    ctx,
    readAsked(request, call, { kind: 'inference', field: 'input', input: request.input }),
    call,
  );
}
