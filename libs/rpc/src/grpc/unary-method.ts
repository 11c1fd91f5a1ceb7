import { create, type DescMessage, type DescMethodUnary, isMessage, type MessageShape } from '@bufbuild/protobuf';
import type { Interceptor, MethodImplSpec, UnaryRequest, UnaryResponse } from '@connectrpc/connect';
import { serveTraced } from './call-spans.ts';
import { encodeInTurns } from './encode-in-turns.ts';
import { type IncomingCall, type UnaryContext, unaryContext } from './unary-context.ts';

type Message = MessageShape<DescMessage>;
type UnarySpec = Extract<MethodImplSpec, { kind: 'unary' }>;
type Served = UnaryRequest & { context: UnaryContext };
type Serve = (request: Served) => Promise<UnaryResponse>;

/** A response in the form in which it is sent. */
type Encoded = { header: Headers; trailer: Headers; bytes: Buffer };

/** A served unary method with its interceptors. */
export type UnaryMethod = {
  method: DescMethodUnary;
  /** Runs the method and encodes its response. The signal of the call aborts when both have ended. */
  run(call: IncomingCall, request: Message): Promise<Encoded>;
};

/**
 * Chains the interceptors once, and creates rarely used parts of a call, such as its signal, only on first use. This
 * halves the cost of a call, apart from its method.
 */
export function unaryMethod(spec: UnarySpec, interceptors: readonly Interceptor[]): UnaryMethod {
  const serve = chained(interceptors, (request) => invoke(spec, request));
  return {
    method: spec.method,
    async run(call, request) {
      const context = unaryContext(spec.method, call);
      try {
        const { header, trailer, message } = await serveTraced(spec.method, call.header, () =>
          serve(new ServedRequest(spec, request, context)),
        );
        // The interceptors return the message of the method unchanged.
        const bytes = await encodeInTurns(spec.method.output, message as Message, () => call.isCancelled());
        return { header, trailer, bytes };
      } finally {
        context.end();
      }
    },
  };
}

function chained(interceptors: readonly Interceptor[], serve: Serve): Serve {
  // An interceptor passes on the request object that it was given, so `context` stays in it.
  return interceptors.reduceRight((next, interceptor) => interceptor(next as never) as Serve, serve);
}

async function invoke(spec: UnarySpec, { message, context }: Served): Promise<UnaryResponse> {
  const answer = await spec.impl(message, context);
  return {
    stream: false,
    service: spec.method.parent,
    method: spec.method,
    header: context.responseHeader,
    trailer: context.responseTrailer,
    message: isMessage(answer, spec.method.output) ? answer : create(spec.method.output, answer),
  };
}

/** The request that interceptors see. It is a class for the same reason as `CallContext`. */
class ServedRequest {
  readonly stream = false;
  readonly service;
  readonly method;
  readonly requestMethod;
  readonly url;
  readonly header;
  readonly contextValues;
  readonly message: Message;
  readonly context: UnaryContext;

  constructor({ method }: UnarySpec, message: Message, context: UnaryContext) {
    this.service = method.parent;
    this.method = method;
    this.requestMethod = context.requestMethod;
    this.url = context.url;
    this.header = context.requestHeader;
    this.contextValues = context.values;
    this.message = message;
    this.context = context;
  }

  get signal(): AbortSignal {
    return this.context.signal;
  }
}
