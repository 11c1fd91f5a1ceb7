import { create, type DescMessage, type DescMethodUnary, isMessage, type MessageShape } from '@bufbuild/protobuf';
import type { Interceptor, MethodImplSpec, UnaryRequest, UnaryResponse } from '@connectrpc/connect';
import { serveTraced } from './call-spans.ts';
import { type IncomingCall, type UnaryContext, unaryContext } from './unary-context.ts';

type Message = MessageShape<DescMessage>;
type UnarySpec = Extract<MethodImplSpec, { kind: 'unary' }>;
type Served = UnaryRequest & { context: UnaryContext };
type Serve = (request: Served) => Promise<UnaryResponse>;

/** A unary method that is served, and everything that its calls pass. */
export type UnaryMethod = {
  method: DescMethodUnary;
  run(call: IncomingCall, request: Message): Promise<UnaryResponse>;
};

/**
 * The interceptors are chained once, and what most methods never look at, such as the signal of the call, is made when it
 * is asked for: that is half of what a call cost beside its method.
 */
export function unaryMethod(spec: UnarySpec, interceptors: readonly Interceptor[]): UnaryMethod {
  const serve = chained(interceptors, (request) => invoke(spec, request));
  return {
    method: spec.method,
    async run(call, request) {
      const context = unaryContext(spec.method, call);
      try {
        return await serveTraced(spec.method, call.header, () => serve(new ServedRequest(spec, request, context)));
      } finally {
        context.end();
      }
    },
  };
}

function chained(interceptors: readonly Interceptor[], serve: Serve): Serve {
  // Interceptors pass the request on that they were given, with everything that is in it.
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

/** What an interceptor is given. A class for its getter, as the context is. */
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
