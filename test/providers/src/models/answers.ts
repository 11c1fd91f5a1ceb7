import type { IncomingMessage } from 'node:http';

/** The reply to a model call. */
export type Reply = {
  status?: number;
  headers?: Record<string, string>;
  /** Text of the model's reply. */
  text?: string;
  /** The raw body, which is sent instead of a generated response. */
  body?: string;
  model?: string;
  finish?: 'stop' | 'length' | 'content_filter' | 'tool_calls';
  tools?: { name: string; arguments: string }[];
  /** Tokens that the provider counts and bills. If null, the response contains no counts. */
  usage?: { input: number; output: number; cached?: number } | null;
  /** Delay of the response. */
  delayMs?: number;
  /** Closes the connection without a response, after the request was received. */
  hangUp?: boolean;
  /** Never answers. */
  isSilent?: boolean;
  /** The bill in pico-USD. Default: the price of the tokens. */
  billed?: bigint;
};

export type ModelCall = { path: string; body: string; headers: IncomingMessage['headers']; model: string };

/** Prices in US dollars per million tokens. The model `dear` costs ten times as much as the model `m`. */
export const prices = [
  { model: 'm', from: '2026-01-01', input: 2, output: 10, cache_read: 0.5 },
  { model: 'dear', from: '2026-01-01', input: 20, output: 100 },
];

function usageOf({ body }: ModelCall, reply: Reply) {
  return reply.usage === undefined ? { input: Math.ceil(body.length / 4), output: 5 } : reply.usage;
}

/** Returns the amount in pico-USD that the provider charges for a call. */
export function billOf(request: ModelCall, reply: Reply): bigint {
  if (reply.billed !== undefined) return reply.billed;
  const usage = usageOf(request, reply);
  if ((reply.status ?? 200) !== 200 || usage === null) return 0n;
  const price = prices.find(({ model }) => model === (reply.model ?? request.model)) ?? prices[0];
  if (price === undefined) return 0n;
  const cached = usage.cached ?? 0;
  const micro = (usd: number | undefined, otherwise: number) => BigInt(Math.round((usd ?? otherwise) * 1e6));
  return (
    BigInt(usage.input - cached) * micro(price.input, 0) +
    BigInt(cached) * micro(price.cache_read, price.input) +
    BigInt(usage.output) * micro(price.output, 0)
  );
}

export function openaiAnswer(request: ModelCall, reply: Reply): object {
  const usage = usageOf(request, reply);
  const tools = (reply.tools ?? []).map((tool, index) => ({ id: `call_${index}`, type: 'function', function: tool }));
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: reply.model ?? request.model,
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: reply.text ?? '', ...(tools.length > 0 && { tool_calls: tools }) },
        finish_reason: reply.finish ?? 'stop',
      },
    ],
    ...(usage !== null && {
      usage: {
        prompt_tokens: usage.input,
        completion_tokens: usage.output,
        total_tokens: usage.input + usage.output,
        prompt_tokens_details: { cached_tokens: usage.cached ?? 0 },
      },
    }),
  };
}

export function anthropicAnswer(request: ModelCall, reply: Reply): object {
  const usage = usageOf(request, reply) ?? { input: 0, output: 0, cached: 0 };
  return {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: reply.model ?? request.model,
    content: [
      ...(reply.text === undefined && reply.tools !== undefined ? [] : [{ type: 'text', text: reply.text ?? '' }]),
      ...(reply.tools ?? []).map((tool, index) => ({
        ...{ type: 'tool_use', id: `toolu_${index}`, name: tool.name, input: JSON.parse(tool.arguments) },
      })),
    ],
    stop_reason: stopReasons[reply.finish ?? 'stop'],
    stop_sequence: null,
    usage: {
      input_tokens: usage.input - (usage.cached ?? 0),
      cache_read_input_tokens: usage.cached ?? 0,
      output_tokens: usage.output,
    },
  };
}

const stopReasons = {
  stop: 'end_turn',
  length: 'max_tokens',
  content_filter: 'refusal',
  tool_calls: 'tool_use',
} as const;
