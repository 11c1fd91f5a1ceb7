import type { DescMessage, DescMethod, MessageShape } from '@bufbuild/protobuf';
import {
  Code,
  ConnectError,
  createContextValues,
  createHandlerContext,
  type Interceptor,
  type MethodImplSpec,
} from '@connectrpc/connect';
import { createAsyncIterable, transformInvokeImplementation } from '@connectrpc/connect/protocol';
import type * as grpc from '@grpc/grpc-js';
import { serveTraced } from './call-spans.ts';
import { toHeaders, toMetadata } from './metadata.ts';
import { toServerStatus } from './status.ts';

type Message = MessageShape<DescMessage>;
type UnaryCall = grpc.ServerUnaryCall<Message, Message>;
type StreamCall = grpc.ServerDuplexStream<Message, Message> & { request?: Message };

/** Makes the grpc-js handler of a Connect method that is not unary. */
export function streamHandler(spec: MethodImplSpec, interceptors: Interceptor[]): grpc.UntypedHandleCall {
  // grpc-js has a type for each kind of handler, and chooses the kind by the method definition at run time.
  if (spec.kind === 'client_streaming') return clientStreamingHandler(spec, interceptors) as grpc.UntypedHandleCall;
  return streamingHandler(spec, interceptors) as grpc.UntypedHandleCall;
}

function clientStreamingHandler(spec: MethodImplSpec, interceptors: Interceptor[]) {
  return async (
    call: grpc.ServerReadableStream<Message, Message>,
    answer: grpc.sendUnaryData<Message>,
  ): Promise<void> => {
    const context = contextOf(spec.method, call);
    try {
      const response = await serveTraced(spec.method, context.requestHeader, async () => {
        let last: Message | null = null;
        for await (const message of transformInvokeImplementation(spec, context, interceptors)(call)) last = message;
        return last;
      });
      call.sendMetadata(toMetadata(context.responseHeader));
      answer(null, response, toMetadata(context.responseTrailer));
    } catch (error) {
      answer(toServerStatus(error));
    } finally {
      context.abort();
    }
  };
}

function streamingHandler(spec: MethodImplSpec, interceptors: Interceptor[]) {
  return async (call: StreamCall): Promise<void> => {
    const context = contextOf(spec.method, call);
    const requests: AsyncIterable<Message> =
      spec.kind === 'server_streaming' && call.request ? createAsyncIterable([call.request]) : call;
    // A call that ends early (because of its deadline, or because the caller is gone) emits an error. Without a
    // listener, the error would be uncaught.
    call.on('error', () => undefined);
    let headerSent = false;
    const sendHeader = () => {
      if (!headerSent) call.sendMetadata(toMetadata(context.responseHeader));
      headerSent = true;
    };
    try {
      await serveTraced(spec.method, context.requestHeader, async () => {
        for await (const message of transformInvokeImplementation(spec, context, interceptors)(requests)) {
          if (call.cancelled) throw context.signal.reason;
          sendHeader();
          if (!call.write(message)) await drained(call, context.signal);
        }
      });
      sendHeader();
      call.end(toMetadata(context.responseTrailer));
    } catch (error) {
      call.emit('error', toServerStatus(error));
    } finally {
      context.abort();
    }
  };
}

async function drained(call: StreamCall, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const done = () => {
      call.off('drain', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    call.once('drain', done);
    signal.addEventListener('abort', done, { once: true });
  });
}

type AnyCall = Pick<UnaryCall, 'metadata' | 'getDeadline' | 'getPath'> & {
  on(event: 'cancelled', listener: () => void): unknown;
};

function contextOf(method: DescMethod, call: AnyCall) {
  const cancelled = new AbortController();
  call.on('cancelled', () => cancelled.abort(new ConnectError('the caller went away', Code.Canceled)));
  const deadline = Number(call.getDeadline());
  return createHandlerContext({
    service: method.parent,
    method,
    protocolName: 'grpc',
    requestMethod: 'POST',
    url: `http://grpc${call.getPath()}`,
    requestSignal: cancelled.signal,
    ...(Number.isFinite(deadline) && { timeoutMs: Math.max(1, deadline - Date.now()) }),
    requestHeader: toHeaders(call.metadata),
    contextValues: createContextValues(),
  });
}
