import type { DescService } from '@bufbuild/protobuf';
import { type Client, createClient, type HandlerContext, type Transport } from '@connectrpc/connect';
import type { ServiceName } from '@drippulse/topology';
import type { Caller } from './caller.ts';
import { causeMetadata } from './chains.ts';
import type { Peers } from './peers.ts';
import type { Tokens } from './tokens.ts';

type HeadersLike = ConstructorParameters<typeof Headers>[0];

const defaultTimeoutMs = 10_000;

/** The service to call, and the tokens that prove the caller. */
type Target = { peers: Peers; target: ServiceName; tokens: Tokens };

/**
 * Makes clients of one service, one for each caller. Calls carry the caller's internal token. With `from`, the call
 * that is being served, they also carry that call's request id, trace context and cause, and end no later than that
 * call or its deadline. Default deadline: 10 s. Errors are ConnectErrors; `fromConnectError` reads them.
 *
 * Scopes of the caller's key restrict only requests to the API. They do not restrict the calls that a service makes to
 * carry out a permitted request.
 */
export function clientFor<S extends DescService>(
  service: S,
  options: Target,
): (caller: Caller, from?: HandlerContext) => Client<S> {
  const transport = transportFor(options);
  return (caller, from) => createClient(service, transport(caller, from));
}

function transportFor(options: Target): (caller: Caller, from?: HandlerContext) => Transport {
  const { peers, target, tokens } = options;
  const base = peers.transport(target);
  return (caller, from) => ({
    async unary(method, signal, timeoutMs, header, input, values) {
      const headers = await requestHeaders(header, caller, from);
      return base.unary(method, linked(signal, from), deadline(timeoutMs, from), headers, input, values);
    },
    async stream(method, signal, timeoutMs, header, input, values) {
      const headers = await requestHeaders(header, caller, from);
      return base.stream(method, linked(signal, from), deadline(timeoutMs, from), headers, input, values);
    },
  });

  async function requestHeaders(
    header: HeadersLike,
    { scopes: _, ...caller }: Caller,
    from: HandlerContext | undefined,
  ) {
    const headers = new Headers(header);
    headers.set('authorization', `Bearer ${await tokens.mint(caller, target)}`);
    for (const name of ['x-request-id', 'traceparent', 'tracestate', causeMetadata]) {
      const value = from?.requestHeader.get(name);
      if (value && !headers.has(name)) headers.set(name, value);
    }
    return headers;
  }
}

function deadline(timeoutMs: number | undefined, from: HandlerContext | undefined): number {
  return Math.min(timeoutMs ?? defaultTimeoutMs, from?.timeoutMs() ?? Number.POSITIVE_INFINITY);
}

function linked(signal: AbortSignal | undefined, from: HandlerContext | undefined): AbortSignal | undefined {
  if (!from) return signal;
  return signal ? AbortSignal.any([signal, from.signal]) : from.signal;
}
