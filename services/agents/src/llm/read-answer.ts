import type { LanguageModelV4GenerateResult, LanguageModelV4Usage } from '@ai-sdk/provider';
import type { Usage } from '../pricing/amount.ts';

export type ToolCall = { id: string; name: string; input: string };

/** The answer of a model. */
export type Answer = {
  text: string;
  toolCalls: ToolCall[];
  /** Reason why the model stopped. */
  finish: 'stop' | 'length' | 'content-filter' | 'tool-calls' | 'other';
  /** The model that answered, which may differ from the requested one. */
  model: string;
  /** Token counts; undefined if the answer has content but no counts. */
  usage: Usage | undefined;
};

export function readAnswer(generated: LanguageModelV4GenerateResult, asked: string): Answer {
  const { content, finishReason, usage, response } = generated;
  const texts = content.flatMap((part) => (part.type === 'text' ? [part.text] : []));
  const toolCalls = content.flatMap((part) =>
    part.type === 'tool-call' ? [{ id: part.toolCallId, name: part.toolName, input: part.input }] : [],
  );
  const { unified } = finishReason;
  return {
    text: generated.structuredOutputText ?? texts.join(''),
    toolCalls,
    finish: unified === 'error' || unified === 'interrupted' ? 'other' : unified,
    model: response?.modelId ?? asked,
    usage: usageOf(usage),
  };
}

/** Assigns each token to exactly one member. Some providers count cached tokens as input, and others separately. */
function usageOf({ inputTokens, outputTokens }: LanguageModelV4Usage): Usage | undefined {
  const cacheRead = inputTokens.cacheRead ?? 0;
  const cacheWrite = inputTokens.cacheWrite ?? 0;
  const input = inputTokens.noCache ?? (inputTokens.total ?? 0) - cacheRead - cacheWrite;
  const reasoning = outputTokens.reasoning ?? 0;
  const output = outputTokens.text ?? (outputTokens.total ?? 0) - reasoning;
  const all = [input, cacheRead, cacheWrite, output, reasoning].map((count) => Math.max(0, Math.ceil(count)));
  // An answer without any tokens means that the provider did not count them.
  if (all.some((count) => !Number.isSafeInteger(count)) || all.every((count) => count === 0)) return undefined;
  const [inputTotal = 0, read = 0, written = 0, outputTotal = 0, reasoned = 0] = all;
  return {
    inputTokens: BigInt(inputTotal),
    cacheReadTokens: BigInt(read),
    cacheWriteTokens: BigInt(written),
    outputTokens: BigInt(outputTotal),
    reasoningTokens: BigInt(reasoned),
  };
}
