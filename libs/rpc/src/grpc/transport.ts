import type { DescMethod } from '@bufbuild/protobuf';
import { type ContextValues, createContextValues, type StreamResponse, type Transport } from '@connectrpc/connect';
import { createMethodUrl, runStreamingCall } from '@connectrpc/connect/protocol';
import type * as grpc from '@grpc/grpc-js';
import { largeAnswerKey } from '../large-answers.ts';
import { onWorkKey } from '../work.ts';
import { peerAttributes, startCall } from './call-spans.ts';
import { decoderOf, encoderOf, pathOf } from './codec.ts';
import { watchConnection } from './connection.ts';
import { toHeaders, toMetadata } from './metadata.ts';
import { shareCalls } from './shared/shared-calls.ts';
import { fromServiceError } from './status.ts';
import { callUnary, type Wire } from './unary-call.ts';

/** A transport that must be closed when its client is closed. */
export type GrpcTransport = Transport & { close(): void };

/**
 * Makes a Connect transport over grpc-js clients of the peer at `address`. Small unary calls share streams of `client`.
 * Streams, large requests and large responses take long; they use a client that `largeClient` opens when it is first
 * needed. Deadlines, cancellation and trace context are carried by the transport.
 */
export function grpcTransport(address: string, client: grpc.Client, largeClient: () => grpc.Client): GrpcTransport {
  const peer = peerAttributes(address);
  const small = wireOf(client);
  let largeWire: Wire | undefined;
  const large = () => {
    largeWire ??= wireOf(largeClient(), 1);
    return largeWire;
  };
  const line = { small, large, peer, underWay: 0 };
  return {
    close() {
      small.shared.close();
      largeWire?.shared.close();
    },

    unary(method, signal, timeoutMs, header, input, values) {
      const onWork = values?.get(onWorkKey);
      return callUnary(line, method, {
        hasLargeAnswer: values?.get(largeAnswerKey) === true,
        ...(onWork && { onWork }),
        ...(signal && { signal }),
        ...(timeoutMs !== undefined && { timeoutMs }),
        header,
        input,
      });
    },

    async stream(method, signal, timeoutMs, header, input, values) {
      const wire = large();
      // A stream cannot be repeated, because its messages can be read only once.
      await wire.connected();
      return runStreamingCall({
        ...(signal && { signal }),
        ...(timeoutMs !== undefined && { timeoutMs }),
        req: { ...requestCommon(method, header, values), stream: true, method, message: input },
        next: async (request): Promise<StreamResponse<typeof method.input, typeof method.output>> => {
          const span = startCall(method, peer, request.header);
          // On the wire every streaming kind is a bidirectional stream. The server can derive the kind from the method.
          const call = wire.client.makeBidiStreamRequest(
            pathOf(method),
            encoderOf(method.input),
            decoderOf(method.output),
            toMetadata(request.header),
            callOptions(timeoutMs),
          );
          request.signal.addEventListener('abort', () => call.cancel(), { once: true });
          const trailer = new Headers();
          call.on('status', ({ code, metadata }) => {
            copyInto(trailer, metadata);
            span?.end(code);
          });
          const headerCame = responseHeaderOf(call);
          void sendAll(call, request.message).catch(() => call.cancel());
          const responseHeader = await headerCame;
          return {
            stream: true,
            service: method.parent,
            method,
            header: responseHeader,
            trailer,
            message: receiveAll(call),
          };
        },
      });
    },
  };
}

function wireOf(client: grpc.Client, callsOfStream?: number): Wire {
  return { client, connected: watchConnection(client), shared: shareCalls(client, callsOfStream) };
}

type BidiCall<I, O> = grpc.ClientDuplexStream<I, O>;

/** Resolves with the response header, or with an empty header when the call ends without one. */
function responseHeaderOf<I, O>(call: BidiCall<I, O>): Promise<Headers> {
  return new Promise((resolve, reject) => {
    call.once('metadata', (metadata: grpc.Metadata) => resolve(toHeaders(metadata)));
    call.once('error', (error) => reject(fromServiceError(error)));
    call.once('status', () => resolve(new Headers()));
  });
}

async function sendAll<I, O>(call: BidiCall<I, O>, messages: AsyncIterable<I>): Promise<void> {
  let ended = false;
  let wake: (() => void) | undefined;
  const onDrain = () => wake?.();
  call.on('drain', onDrain);
  call.once('status', () => {
    ended = true;
    wake?.();
  });
  for await (const message of messages) {
    // Once the server has responded, it reads no more messages. `return` also closes the iterator of the messages.
    if (ended) return;
    if (call.write(message) || ended) continue;
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
    wake = undefined;
  }
  call.end();
}

async function* receiveAll<I, O>(call: BidiCall<I, O>): AsyncGenerator<O> {
  try {
    for await (const message of call) yield message;
  } catch (error) {
    throw fromServiceError(error);
  }
}

function requestCommon<M extends DescMethod>(
  method: M,
  header: ConstructorParameters<typeof Headers>[0],
  values: ContextValues | undefined,
) {
  return {
    service: method.parent,
    requestMethod: 'POST',
    url: createMethodUrl('http://grpc', method),
    header: new Headers(header),
    contextValues: values ?? createContextValues(),
  };
}

function copyInto(headers: Headers, metadata: grpc.Metadata): void {
  for (const [key, value] of toHeaders(metadata)) headers.append(key, value);
}

function callOptions(timeoutMs: number | undefined): grpc.CallOptions {
  return timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs };
}
