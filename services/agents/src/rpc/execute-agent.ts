import type { HandlerContext } from '@connectrpc/connect';
import type { ExecuteAgentRequest } from '@drippulse/proto/drippulse/agents/v1/executions_pb';
import type { Context } from '../context.ts';
import { answerExecution } from '../executions/answer.ts';
import { readAsked } from '../executions/read-asked.ts';

export function executeAgent(ctx: Context, request: ExecuteAgentRequest, call: HandlerContext) {
  return answerExecution(
    ctx,
    readAsked(request, call, { kind: 'execute', field: 'input', input: request.input }),
    call,
  );
}
