import type { MessageInitShape } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import { refuseViolations } from '@drippulse/errors';
import type {
  AgentModelConnectionTestSchema,
  TestAgentModelConnectionRequest,
} from '@drippulse/proto/drippulse/agents/v1/model_connection_pb';
import { callerOf } from '@drippulse/rpc';
import { priceUnknown } from '../calls/prepare.ts';
import type { Context } from '../context.ts';
import { callModel } from '../llm/call.ts';
import type { Llm } from '../llm/llm.ts';
import type { ModelRequest } from '../llm/model.ts';
import { renderRequest } from '../llm/render.ts';
import { modelProblems } from '../model-connections/prices.ts';
import { ownLlm } from '../model-connections/require-llm.ts';
import { findModelConnection } from '../model-connections/rows.ts';
import { priceOf } from '../pricing/prices.ts';

const timeoutMs = 25_000;

type Test = MessageInitShape<typeof AgentModelConnectionTestSchema>;

export async function testAgentModelConnection(
  ctx: Context,
  { model: given }: TestAgentModelConnectionRequest,
  call: HandlerContext,
) {
  if (given !== undefined) refuseViolations(modelProblems('model', given));
  const row = await findModelConnection(ctx.db.kysely, callerOf(call).organizationId);
  const llm = ownLlm(ctx, row);
  const model = given ?? row.model;
  const asked = await ask(llm, model, call.signal);
  const price = await priceOf(llm.prices, llm.source, { model, at: ctx.clock.now() });
  const error = asked.error ?? (price === undefined ? `The model answers. ${priceUnknown(llm, model)}` : undefined);
  return { test: { ...asked, ok: error === undefined, model, ...(error !== undefined && { error }) } };
}

async function ask(llm: Llm, model: string, signal: AbortSignal): Promise<Test> {
  const request: ModelRequest = {
    model,
    prompt: [
      { role: 'system', content: 'Answer with one word.' },
      { role: 'user', content: [{ type: 'text', text: 'Say: ready' }] },
    ],
    maxOutputTokens: 16,
    schema: undefined,
    tools: [],
  };
  const body = await renderRequest(llm.source, request);
  const called = await callModel(llm, { request, body, timeoutMs, signal });
  if (called.kind !== 'answered') return { error: called.error };
  const { answer } = called;
  if (answer === undefined) {
    const { protocol } = llm.source;
    return { error: `The address answers, but not by the protocol ${protocol}. Check the address and the protocol.` };
  }
  const { usage } = answer;
  if (usage === undefined) return {};
  return {
    inputTokens: usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens,
    outputTokens: usage.outputTokens + usage.reasoningTokens,
  };
}
