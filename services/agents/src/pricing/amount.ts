/** Rates of a model, in micro-USD per million tokens, which equals pico-USD per token. */
export type Rates = {
  input: bigint;
  cacheRead: bigint | undefined;
  cacheWrite: bigint | undefined;
  output: bigint;
  reasoning: bigint | undefined;
};

/** Tokens of one call, as counted by the provider. Each token is in exactly one member. */
export type Usage = {
  inputTokens: bigint;
  cacheReadTokens: bigint;
  cacheWriteTokens: bigint;
  outputTokens: bigint;
  reasoningTokens: bigint;
};

/** Upper bounds for the tokens that a provider may add: per request, per message, and for tools. */
const added = { request: 64n, message: 16n, tools: 1_000n };

/** Returns the maximum cost of a call. A token has at least one byte, so the request's bytes bound its tokens. */
export function amountOf(
  rates: Rates,
  call: { bytes: number; messages: number; hasTools: boolean; maxOutputTokens: number },
): bigint {
  const input =
    BigInt(call.bytes) + added.request + added.message * BigInt(call.messages) + (call.hasTools ? added.tools : 0n);
  return (
    input * most(rates.input, rates.cacheWrite) + BigInt(call.maxOutputTokens) * most(rates.output, rates.reasoning)
  );
}

/** Returns the cost of a call. A kind of token without its own rate costs the general input or output rate. */
export function costOf(rates: Rates, usage: Usage): bigint {
  return (
    usage.inputTokens * rates.input +
    usage.cacheReadTokens * (rates.cacheRead ?? rates.input) +
    usage.cacheWriteTokens * (rates.cacheWrite ?? rates.input) +
    usage.outputTokens * rates.output +
    usage.reasoningTokens * (rates.reasoning ?? rates.output)
  );
}

function most(rate: bigint, other: bigint | undefined): bigint {
  return other !== undefined && other > rate ? other : rate;
}
