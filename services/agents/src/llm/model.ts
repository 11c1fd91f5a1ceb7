import type { LanguageModelV4, LanguageModelV4CallOptions } from '@ai-sdk/provider';
import type { ModelSource } from './source.ts';

/** What a model is asked. */
export type ModelRequest = {
  model: string;
  prompt: LanguageModelV4CallOptions['prompt'];
  maxOutputTokens: number;
  /** JSON Schema of the answer; undefined: text. */
  schema: object | undefined;
  tools: NonNullable<LanguageModelV4CallOptions['tools']>;
};

type Fetch = typeof globalThis.fetch;

/**
 * The protocol of a provider. The packages are loaded when they are first needed: a service without a model saves them.
 */
export async function modelOf(source: ModelSource, id: string, fetch: Fetch): Promise<LanguageModelV4> {
  const { baseUrl: baseURL, apiKey } = source;
  if (source.protocol === 'anthropic') {
    const { createAnthropic } = await import('@ai-sdk/anthropic');
    return createAnthropic({ baseURL, apiKey: apiKey ?? 'none', fetch })(id);
  }
  const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible');
  return createOpenAICompatible({
    name: 'llm',
    baseURL,
    ...(apiKey !== undefined && { apiKey }),
    fetch,
    supportsStructuredOutputs: true,
    // OpenAI's own models take the limit by this name alone when they reason; others by the former one.
    ...(new URL(baseURL).hostname === 'api.openai.com' && {
      transformRequestBody: ({ max_tokens, ...body }: Record<string, unknown>) => ({
        ...body,
        max_completion_tokens: max_tokens,
      }),
    }),
  })(id);
}

export function optionsOf({ prompt, maxOutputTokens, schema, tools }: ModelRequest): LanguageModelV4CallOptions {
  return {
    prompt,
    maxOutputTokens,
    ...(schema !== undefined && { responseFormat: { type: 'json' as const, schema, name: 'output' } }),
    ...(tools.length > 0 && { tools }),
    // Strict schemas of OpenAI refuse members that are not required. What comes back is checked here anyway.
    providerOptions: { llm: { strictJsonSchema: false } },
  };
}
