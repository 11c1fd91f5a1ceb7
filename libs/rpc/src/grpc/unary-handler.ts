import { create, type DescMessage, isMessage, type MessageShape } from '@bufbuild/protobuf';
import type { Interceptor, MethodImplSpec, UnaryRequest, UnaryResponse } from '@connectrpc/connect';
import type * as grpc from '@grpc/grpc-js';
import { fromHeaders } from './metadata.ts';
import { toServerStatus } from './status.ts';
import { type UnaryContext, unaryContext } from './unary-context.ts';

type Message = MessageShape<DescMessage>;
type UnaryCall = grpc.ServerUnaryCall<Message, Message>;
type UnarySpec = Extract<MethodImplSpec, { kind: 'unary' }>;
type Served = UnaryRequest & { context: UnaryContext };
type Serve = (request: Served) => Promise<UnaryResponse>;

/**
 * The grpc-js handler of a unary method. The interceptors are chained once, and what most methods never look at, such as
 * the signal of the call, is made when it is asked for: that is half of what a call cost beside its method.
 * An async handler that throws leaves the client waiting for its deadline: nothing here may throw unanswered.
 */
export function unaryHandler(spec: UnarySpec, interceptors: readonly Interceptor[]) {
  const serve = chained(interceptors, (request) => invoke(spec, request));
  return async (call: UnaryCall, answer: grpc.sendUnaryData<Message>): Promise<void> => {
    const context = unaryContext(spec.method, call);
    try {
      const { message, header, trailer } = await serve(requestOf(spec, call, context));
      // Without any, grpc-js sends them itself, in the same packet as the message.
      const metadata = fromHeaders(header);
      if (metadata !== undefined) call.sendMetadata(metadata);
      // A method may have answered before its caller went away; grpc-js drops what comes after that.
      answer(null, message as Message, fromHeaders(trailer)); // the interceptors give the method's message back
    } catch (error) {
      answer(toServerStatus(error));
    } finally {
      context.end();
    }
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

function requestOf(spec: UnarySpec, call: UnaryCall, context: UnaryContext): Served {
  return {
    stream: false,
    service: spec.method.parent,
    method: spec.method,
    requestMethod: context.requestMethod,
    url: context.url,
    header: context.requestHeader,
    contextValues: context.values,
    message: call.request,
    context,
    get signal() {
      return context.signal;
    },
  };
}
