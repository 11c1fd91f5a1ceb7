import { create, type DescMessage, type DescMethodUnary, isMessage, type MessageInitShape } from '@bufbuild/protobuf';
import { Code, ConnectError, type UnaryResponse } from '@connectrpc/connect';
import type * as grpc from '@grpc/grpc-js';
import { decoderOf, encoderOf, pathOf } from './codec.ts';
import { toHeaders, toMetadata } from './metadata.ts';
import { fromServiceError } from './status.ts';

type HeadersLike = ConstructorParameters<typeof Headers>[0];

/** What of a method every call of it needs. */
type Wire<I extends DescMessage, O extends DescMessage> = {
  path: string;
  encode: ReturnType<typeof encoderOf<I>>;
  decode: ReturnType<typeof decoderOf<O>>;
};

const wires = new WeakMap<DescMethodUnary, unknown>();

/** Makes one unary call over grpc-js. Ended by its signal, it fails with the signal's reason if that is a ConnectError. */
export function callUnary<I extends DescMessage, O extends DescMessage>(
  client: grpc.Client,
  method: DescMethodUnary<I, O>,
  options: { signal?: AbortSignal; timeoutMs?: number; header: HeadersLike; input: MessageInitShape<I> },
): Promise<UnaryResponse<I, O>> {
  const { signal, timeoutMs, header, input } = options;
  if (signal?.aborted) return Promise.reject(abortError(signal));
  const { path, encode, decode } = wireOf(method);
  const message = isMessage(input, method.input) ? input : create(method.input, input);
  return new Promise((resolve, reject) => {
    let responseHeader: grpc.Metadata | undefined;
    let trailer: grpc.Metadata | undefined;
    const call = client.makeUnaryRequest(
      path,
      encode,
      decode,
      message,
      toMetadata(entriesOf(header)),
      timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs },
      (error, answer) => {
        signal?.removeEventListener('abort', cancel);
        if (error || answer === undefined)
          return reject(signal?.aborted ? abortError(signal) : fromServiceError(error));
        resolve({
          stream: false,
          service: method.parent,
          method,
          header: responseHeader ? toHeaders(responseHeader) : new Headers(),
          trailer: trailer ? toHeaders(trailer) : new Headers(),
          message: answer,
        });
      },
    );
    const cancel = () => call.cancel();
    signal?.addEventListener('abort', cancel, { once: true });
    call.once('metadata', (metadata: grpc.Metadata) => {
      responseHeader = metadata;
    });
    call.once('status', (status: grpc.StatusObject) => {
      trailer = status.metadata;
    });
  });
}

function wireOf<I extends DescMessage, O extends DescMessage>(method: DescMethodUnary<I, O>): Wire<I, O> {
  const known = wires.get(method);
  if (known !== undefined) return known as Wire<I, O>; // made below, of this method
  const wire = { path: pathOf(method), encode: encoderOf(method.input), decode: decoderOf(method.output) };
  wires.set(method, wire);
  return wire;
}

function entriesOf(header: HeadersLike): Iterable<[string, string]> {
  return header instanceof Headers ? header : new Headers(header);
}

function abortError(signal: AbortSignal): ConnectError {
  return ConnectError.from(signal.reason, Code.Canceled);
}
