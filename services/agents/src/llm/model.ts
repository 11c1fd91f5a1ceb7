import type { LanguageModelV4, LanguageModelV4CallOptions } from '@ai-sdk/provider';
import type { ModelSource } from './source.ts';

/** A request to a model. */
export type ModelRequest = {
  model: string;
  prompt: LanguageModelV4CallOptions['prompt'];
  maxOutputTokens: number;
  /** JSON Schema of the answer. If undefined, the answer is free text. */
  schema: object | undefined;
  tools: NonNullable<LanguageModelV4CallOptions['tools']>;
};

type Fetch = typeof globalThis.fetch;

/**
 * Creates a client for a model, in the provider's protocol. Packages are loaded on first use, so a service without a
 * model does not load them.
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
    // OpenAI's own reasoning models accept the limit only under this name. Other servers use the older name.
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
    // OpenAI's strict schemas refuse optional members, so strict mode is off. This service checks each answer anyway.
    providerOptions: { llm: { strictJsonSchema: false } },
  };
}
